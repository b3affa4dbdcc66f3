// SPDX-License-Identifier: Apache-2.0
// The company's money on the ledger, and the payouts that it requests from its bank.
import { isSumAtLeast, toAmount, type Amount } from '@fabric-offline-pay/domain';
import { NodeError } from '@fabric-offline-pay/node-common/client';
import { sql } from 'kysely';
import { dayOf } from '../clock.js';
import type { PayoutKey } from '../asks.js';
import type { LogisticsContext } from '../context.js';
import type { LogisticsTransaction } from '../database/schema.js';
import { LogisticsError } from '../errors.js';
import { refusedWith } from '../refused-with.js';

/** The company's money in one currency; sums of minor units. */
export interface MoneyNow {
  readonly currency: string;
  /** Rolled up on the ledger. */
  readonly balance: string;
  readonly withheld: string;
  /** Credited and not yet rolled up by the bank. */
  readonly open: string;
  /** Requested and not yet paid by the bank. */
  readonly requested: string;
  /** What another payout may ask for. */
  readonly payable: string;
}

interface MoneyRow {
  readonly currency: string;
  readonly balance: string;
  readonly withheld: string;
  readonly open: string;
  readonly requested: string;
}

type Database = Pick<LogisticsContext, 'db'>['db'];

/**
 * A request counts from when it is noted here until the bank paid it, or the ledger refused it. What stands on the ledger counts with the
 * ledger's amount, whoever asked for it and whatever was refused here under the same id.
 */
const moneyRows = (db: Database) =>
  sql<MoneyRow>`
    select c.currency,
      coalesce(b.balance, '0') as balance,
      coalesce(b.withheld, '0') as withheld,
      (select coalesce(sum(cast(amount as numeric)), 0)::text from credits
        where currency = c.currency and not rolled_up) as open,
      (select coalesce(sum(cast(coalesce(p.amount, r.amount) as numeric)), 0)::text
        from payout_requests r full join payouts p
          on p.currency = r.currency and p.payout_id = r.payout_id
        where coalesce(r.currency, p.currency) = c.currency
          and p.redeemed_at is null
          and (p.payout_id is not null or r.refusal is null)) as requested
    from (select currency from credits union select currency from balances) c
    left join balances b on b.currency = c.currency
    order by c.currency
  `.execute(db);

const payableOf = ({ balance, withheld, requested }: MoneyRow): bigint => {
  const rest = BigInt(balance) - BigInt(withheld) - BigInt(requested);
  return rest > 0n ? rest : 0n;
};

/** @returns the company's money in every currency that it ever had */
export async function readMoney({
  db,
}: Pick<LogisticsContext, 'db'>): Promise<readonly MoneyNow[]> {
  const { rows } = await moneyRows(db);
  return rows.map((row) => ({ ...row, payable: payableOf(row).toString() }));
}

/** What a payout asks for. */
export interface PayoutAsked extends PayoutKey {
  readonly amount: Amount;
}

/**
 * @returns whether it was asked for before, and the ledger has not refused it
 * @throws {NodeError} IDEMPOTENCY_CONFLICT when the id was used for another amount
 */
async function isRepeated(
  db: LogisticsTransaction,
  { payoutId, currency, amount }: PayoutAsked,
): Promise<boolean> {
  const asked = await db
    .selectFrom('payout_requests')
    .select(['amount', 'refusal'])
    .where('currency', '=', currency)
    .where('payout_id', '=', payoutId)
    .executeTakeFirst();
  if (asked !== undefined && asked.amount !== amount)
    throw new NodeError('IDEMPOTENCY_CONFLICT', 'payoutId');
  return asked !== undefined && asked.refusal === null;
}

/**
 * Notes a payout and asks for its request on the ledger, in one transaction. Repeated, it is the same payout; one that the ledger refused
 * is asked for again.
 * @throws {LogisticsError} PAYOUT_TOO_LARGE
 * @throws {NodeError} IDEMPOTENCY_CONFLICT
 */
export async function requestPayout(
  { db, clock, asks, wake }: Pick<LogisticsContext, 'db' | 'clock' | 'asks' | 'wake'>,
  askedBy: string,
  asked: PayoutAsked,
): Promise<void> {
  const { payoutId, currency, amount } = asked;
  await db.transaction().execute(async (transaction) => {
    // Two requests at the same time would both find the whole balance.
    await sql`lock table payout_requests in share row exclusive mode`.execute(transaction);
    if (await isRepeated(transaction, asked)) return;
    const money = (await readMoney({ db: transaction })).find((each) => each.currency === currency);
    if (money === undefined || !isSumAtLeast(money.payable, amount))
      throw new LogisticsError('PAYOUT_TOO_LARGE', 'amount');
    const request = { amount, asked_by: askedBy, asked_at: clock(), refusal: null };
    await transaction
      .insertInto('payout_requests')
      .values({ currency, payout_id: payoutId, ...request })
      .onConflict((conflict) => conflict.columns(['currency', 'payout_id']).doUpdateSet(request))
      .execute();
    await asks.requestPayout(transaction, { currency, payoutId });
  });
  wake();
}

/**
 * Requests what was noted. The ledger answers a repetition like the first call; the follower notes the payout. A final refusal ends it.
 * @throws a refusal that passes, and when the ledger did not answer: the request still stands, and is tried again
 */
export async function sendPayoutRequest(
  { db, ledger, rules }: Pick<LogisticsContext, 'db' | 'ledger' | 'rules'>,
  { currency, payoutId }: PayoutKey,
  signal: AbortSignal,
): Promise<void> {
  const asked = await db
    .selectFrom('payout_requests')
    .select('amount')
    .where('currency', '=', currency)
    .where('payout_id', '=', payoutId)
    .where('refusal', 'is', null)
    .executeTakeFirst();
  if (asked === undefined) return;
  const payeeId = rules.logisticsId;
  const request = { payeeId, currency, redeemId: payoutId, amount: asked.amount };
  try {
    await ledger.settlement.requestPayout(request, { signal });
  } catch (error) {
    const refusal = refusedWith(error);
    if (refusal === undefined) throw error;
    await db
      .updateTable('payout_requests')
      .set({ refusal })
      .where('currency', '=', currency)
      .where('payout_id', '=', payoutId)
      .execute();
  }
}

const CLOCK = 'clock';
const LARGEST = 10n ** 18n - 1n;

/** Once a day and currency: everything that can be paid out, when it is worth a payout by the rules. */
export async function requestDailyPayouts(
  context: Pick<LogisticsContext, 'db' | 'clock' | 'asks' | 'rules' | 'wake'>,
): Promise<void> {
  const { clock, rules } = context;
  const day = dayOf(clock(), rules.timeZone);
  for (const { currency, payable } of await readMoney(context)) {
    const least = rules.payoutsAtLeast[currency];
    if (least === undefined || payable === '0' || !isSumAtLeast(payable, least)) continue;
    const payoutId = `day-${day}`;
    if (await isNoted(context, { currency, payoutId })) continue;
    const units = BigInt(payable);
    const amount = toAmount(units < LARGEST ? units : LARGEST);
    await requestPayout(context, CLOCK, { payoutId, currency, amount });
  }
}

async function isNoted(
  { db }: Pick<LogisticsContext, 'db'>,
  { currency, payoutId }: PayoutKey,
): Promise<boolean> {
  const noted = await db
    .selectFrom('payout_requests')
    .select('payout_id')
    .where('currency', '=', currency)
    .where('payout_id', '=', payoutId)
    .executeTakeFirst();
  return noted !== undefined;
}

/** A payout that somebody requested, and how far it is. */
export interface PayoutShown extends PayoutAsked {
  readonly askedAt: number;
  /** Name from a certificate, or `clock`; null when this node did not note it. */
  readonly askedBy: string | null;
  readonly onLedgerAt: number | null;
  readonly redeemedAt: number | null;
  readonly refusal: string | null;
}

/** @returns requests and payouts, the newest first; at most 500 */
export async function listPayouts({
  db,
}: Pick<LogisticsContext, 'db'>): Promise<{ readonly payouts: readonly PayoutShown[] }> {
  const { rows } = await sql<PayoutShown>`
    select coalesce(r.payout_id, p.payout_id) as "payoutId",
      coalesce(r.currency, p.currency) as currency,
      coalesce(r.amount, p.amount) as amount,
      coalesce(r.asked_at, p.asked_at) as "askedAt",
      r.asked_by as "askedBy", r.refusal,
      p.asked_at as "onLedgerAt", p.redeemed_at as "redeemedAt"
    from payout_requests r full join payouts p
      on p.currency = r.currency and p.payout_id = r.payout_id
    order by 4 desc, 1, 2 limit 500
  `.execute(db);
  return { payouts: rows };
}
