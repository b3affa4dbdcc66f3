// SPDX-License-Identifier: Apache-2.0
// The projection of the merchants' money: balances, credits, payouts, and every movement with its reason.
import type { Projection } from '@fabric-offline-pay/node-common/node';
import { addSums, sumToUnits } from '@fabric-offline-pay/domain';
import type { CommittedBlock, RowChange } from '@fabric-offline-pay/sdk';
import type { MerchantTables, MerchantTransaction } from '../database/schema.js';
import type { NoteEvent } from '../events/note-event.js';
import { payoutEvent } from '../events/other-events.js';
import { eachOwn, timeOf, type Origin } from './changes.js';
import { reasonOf, writeMovements, type Movement } from './movements.js';

const KINDS = ['credit', 'checkpoint', 'payout', 'supply'] as const;
type Change = Extract<RowChange, { kind: (typeof KINDS)[number] }>;
type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

/** A payee's account in one currency. */
interface Account {
  readonly payeeId: string;
  readonly currency: string;
}

/** What a transaction did to one account. */
interface Effect {
  readonly account: Account;
  readonly movements: Movement[];
  /** Of the balance and of removed credits: what no new credit explains. */
  rest: bigint;
  /** The payout that the rest is for. */
  payout?: string;
}

const accountIn = ([payeeId = '', currency = '']: readonly string[]): Account => ({
  payeeId,
  currency,
});

async function removeCredit(db: MerchantTransaction, { parts }: Of<'credit'>): Promise<bigint> {
  const { payeeId, currency } = accountIn(parts);
  const removed = await db
    .updateTable('payee_credits')
    .set({ rolled_up: true })
    .where('payee_id', '=', payeeId)
    .where('currency', '=', currency)
    .where('credit_key', '=', parts.slice(2).join('/'))
    .returning('amount')
    .executeTakeFirst();
  return BigInt(removed?.amount ?? 0);
}

/** The end of a credit's key says what it is for; most are captures. */
const COMPENSATIONS: readonly string[] = ['compensate', 'recover'];

const creditKind = (parts: readonly string[]): Movement['kind'] =>
  COMPENSATIONS.includes(parts.at(-1)?.split('~').at(-1) ?? '') ? 'compensation' : 'sale';

async function writeCredit(
  db: MerchantTransaction,
  parts: readonly string[],
  { amount, order }: NonNullable<Of<'credit'>['row']>,
): Promise<Movement> {
  const { payeeId, currency } = accountIn(parts);
  const reference = order.split('~').at(-1) ?? order;
  await db
    .insertInto('payee_credits')
    .values({
      payee_id: payeeId,
      currency,
      credit_key: parts.slice(2).join('/'),
      amount,
      reference,
      at: Number(parts[2]),
      rolled_up: false,
    })
    .execute();
  return { kind: creditKind(parts), amount: BigInt(amount), reference };
}

async function writeBalance(
  db: MerchantTransaction,
  { payeeId, currency, balance, withheld, debts }: NonNullable<Of<'checkpoint'>['row']>,
): Promise<bigint> {
  const before = await db
    .selectFrom('payee_balances')
    .select('balance')
    .where('payee_id', '=', payeeId)
    .where('currency', '=', currency)
    .executeTakeFirst();
  const owed = addSums('0', ...debts.map(({ amount }) => amount));
  const stated = { balance, withheld, owed };
  await db
    .insertInto('payee_balances')
    .values({ payee_id: payeeId, currency, ...stated })
    .onConflict((conflict) => conflict.columns(['payee_id', 'currency']).doUpdateSet(stated))
    .execute();
  return sumToUnits(balance) - sumToUnits(before?.balance ?? '0');
}

export class PayeesProjection implements Projection<MerchantTables> {
  readonly tables = ['payee_balances', 'payee_credits', 'payee_movements', 'payouts'] as const;
  readonly #mspId: string;
  readonly #note: NoteEvent;

  constructor(mspId: string, note: NoteEvent) {
    this.#mspId = mspId;
    this.#note = note;
  }

  apply(db: MerchantTransaction, block: CommittedBlock): Promise<void> {
    return eachOwn(db, block, { mspId: this.#mspId, kinds: KINDS }, (origin, changes, own) =>
      this.#follow(db, origin, { changes, own }),
    );
  }

  async #follow(
    db: MerchantTransaction,
    origin: Origin,
    { changes, own }: { readonly changes: readonly Change[]; readonly own: ReadonlySet<string> },
  ): Promise<void> {
    const effects = new Map<string, Effect>();
    const effectOn = (account: Account): Effect => {
      const key = `${account.payeeId}/${account.currency}`;
      const effect = effects.get(key) ?? { account, movements: [], rest: 0n };
      effects.set(key, effect);
      return effect;
    };
    for (const change of changes) {
      if (change.kind === 'supply') {
        const paid = await this.#paid(db, change, { origin, own });
        if (paid !== undefined) effectOn(paid).payout = paid.redeemId;
      } else if (own.has(change.parts[0] ?? ''))
        await this.#change(db, change, { effect: effectOn(accountIn(change.parts)), origin });
    }
    for (const { account, movements, rest, payout } of effects.values()) {
      const { kind, reference } = reasonOf(origin.transaction);
      const other = { kind, reference: payout ?? reference, amount: rest };
      await writeMovements(db, account, rest === 0n ? movements : [...movements, other], origin);
    }
  }

  async #change(
    db: MerchantTransaction,
    change: Exclude<Change, Of<'supply'>>,
    { effect, origin }: { readonly effect: Effect; readonly origin: Origin },
  ): Promise<void> {
    if (change.kind === 'credit') {
      if (change.row === null) effect.rest -= await removeCredit(db, change);
      else effect.movements.push(await writeCredit(db, change.parts, change.row));
    } else if (change.row === null) return;
    else if (change.kind === 'checkpoint') effect.rest += await writeBalance(db, change.row);
    else await this.#requested(db, change.row, timeOf(origin.transaction));
  }

  async #requested(db: MerchantTransaction, payout: NonNullable<Of<'payout'>['row']>, at: number) {
    const { payeeId, currency, redeemId, amount } = payout;
    await db
      .insertInto('payouts')
      .values({
        payee_id: payeeId,
        currency,
        redeem_id: redeemId,
        amount,
        requested_at: payout.at,
        paid_at: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await this.#note(db, payoutEvent('payout.requested', payout, at));
  }

  /** The bank paid ordinary money. Its row names payee and payout, with `~` between them, which no identifier contains. */
  async #paid(
    db: MerchantTransaction,
    { row, parts }: Of<'supply'>,
    { origin, own }: { readonly origin: Origin; readonly own: ReadonlySet<string> },
  ): Promise<(Account & { readonly redeemId: string }) | undefined> {
    if (row?.kind !== 'redeem') return undefined;
    const [payeeId = '', redeemId = ''] = (parts[3] ?? '').split('~');
    if (!own.has(payeeId)) return undefined;
    const at = timeOf(origin.transaction);
    const { currency, amount } = row;
    await db
      .updateTable('payouts')
      .set({ paid_at: at })
      .where('payee_id', '=', payeeId)
      .where('currency', '=', currency)
      .where('redeem_id', '=', redeemId)
      .execute();
    await this.#note(db, payoutEvent('payout.paid', { payeeId, redeemId, currency, amount }, at));
    return { payeeId, currency, redeemId };
  }
}
