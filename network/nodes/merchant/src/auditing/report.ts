// SPDX-License-Identifier: Apache-2.0
// Tells the auditor what terminals accepted, and what the merchants were credited by this node's own peer. The auditor knows what it was told
// before, so that a crash between its answer and the note tells it again and changes nothing.
import {
  isWorthRepeating,
  MOST_REPORTED,
  type NodeClient,
  type ReportedReceipt,
  type ReportedVoucher,
  type ReportOperations,
  type ReportResult,
} from '@fabric-offline-pay/node-common/client';
import {
  withAuditor,
  type AuditorSetting,
  type JobKind,
} from '@fabric-offline-pay/node-common/node';
import type { Selectable } from 'kysely';
import type {
  AcceptedVoucherTable,
  MerchantDatabase,
  PayeeMovementTable,
  ToldCreditTable,
} from '../database/schema.js';

/** What a report needs. */
export interface ReportContext {
  readonly db: MerchantDatabase;
  readonly auditor: AuditorSetting;
}

type Auditor = NodeClient<ReportOperations>;
type Accepted = Selectable<AcceptedVoucherTable>;
type Movement = Pick<
  Selectable<PayeeMovementTable>,
  | ('payee_id' | 'currency' | 'block' | 'transaction_index' | 'transaction_id')
  | ('amount' | 'reference')
>;

/** The auditor takes what is told only once it has read the blocks that certify the devices. */
class NotReadYet extends Error {
  override readonly name = 'NotReadYet';
  readonly code = 'AUDITOR_BEHIND';
}

function byOwner<Row>(rows: readonly Row[], ownerOf: (row: Row) => string) {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const known = groups.get(ownerOf(row));
    if (known === undefined) groups.set(ownerOf(row), [row]);
    else known.push(row);
  }
  return groups;
}

const toldVoucher = ({
  voucher,
  certificate,
  request,
  accepted_at,
}: Accepted): ReportedVoucher => ({
  ...{ voucher: voucher ?? '', certificate: certificate ?? '', request: request ?? '' },
  acceptedAt: accepted_at,
});

/** What was told is the auditor's to keep; here only that it was. */
async function noteVoucher(
  db: MerchantDatabase,
  { digest, merchant_id }: Accepted,
  result: ReportResult,
): Promise<void> {
  await db
    .updateTable('accepted_vouchers')
    .set({ result, voucher: null, certificate: null, request: null })
    .where('digest', '=', digest)
    .where('merchant_id', '=', merchant_id)
    .execute();
}

/** @returns whether some of these must be told again later */
async function tellVouchers(
  { db }: ReportContext,
  auditor: Auditor,
  rows: readonly Accepted[],
): Promise<boolean> {
  let isBehind = false;
  for (const [merchantId, own] of byOwner(rows, ({ merchant_id }) => merchant_id)) {
    const { results } = await auditor.reportVouchers({
      merchantId,
      vouchers: own.map(toldVoucher),
    });
    for (const [index, row] of own.entries()) {
      const result = results[index];
      if (result === undefined || isWorthRepeating(result)) isBehind = true;
      else await noteVoucher(db, row, result);
    }
  }
  return isBehind;
}

const waitingVouchers = (db: MerchantDatabase, after: Accepted | undefined): Promise<Accepted[]> =>
  db
    .selectFrom('accepted_vouchers')
    .selectAll()
    .where('result', 'is', null)
    .$if(after !== undefined, (query) =>
      query.where((where) =>
        where(
          where.refTuple('merchant_id', 'digest'),
          '>',
          where.tuple(after?.merchant_id ?? '', after?.digest ?? ''),
        ),
      ),
    )
    .orderBy('merchant_id')
    .orderBy('digest')
    .limit(MOST_REPORTED)
    .execute();

/** @returns whether some must be told again later */
async function reportVouchers(
  context: ReportContext,
  auditor: Auditor,
  signal: AbortSignal,
): Promise<boolean> {
  let isBehind = false;
  let rows = await waitingVouchers(context.db, undefined);
  while (rows.length > 0 && !signal.aborted) {
    isBehind = (await tellVouchers(context, auditor, rows)) || isBehind;
    rows = await waitingVouchers(context.db, rows.at(-1));
  }
  return isBehind;
}

type Told = Omit<Selectable<ToldCreditTable>, 'id'>;

const BEGINNING: Told = { block: -1, transaction_index: 0 };

async function toldUntil(db: MerchantDatabase): Promise<Told> {
  const told = await db
    .selectFrom('told_credits')
    .select(['block', 'transaction_index'])
    .executeTakeFirst();
  return told ?? BEGINNING;
}

/** Sums that a transaction credited, whole transactions only: a part of one would be another sum. */
async function nextCredits(
  db: MerchantDatabase,
  { block, transaction_index }: Told,
): Promise<readonly Movement[]> {
  const rows = await db
    .selectFrom('payee_movements')
    .select(['payee_id', 'currency', 'block', 'transaction_index', 'transaction_id'])
    .select(['amount', 'reference'])
    .where('kind', 'in', ['sale', 'compensation'])
    .where('reference', 'is not', null)
    .where((where) =>
      where(
        where.refTuple('block', 'transaction_index'),
        '>',
        where.tuple(block, transaction_index),
      ),
    )
    .orderBy('block')
    .orderBy('transaction_index')
    .orderBy('payee_id')
    .limit(MOST_REPORTED + 1)
    .execute();
  const last = rows.at(-1);
  if (rows.length <= MOST_REPORTED || last === undefined) return rows;
  const whole = rows.filter(
    (row) => row.block !== last.block || row.transaction_index !== last.transaction_index,
  );
  return whole.length > 0 ? whole : creditsOf(db, last);
}

/** All credits of one transaction that has more than one report takes. */
const creditsOf = (
  db: MerchantDatabase,
  { block, transaction_index }: Movement,
): Promise<readonly Movement[]> =>
  db
    .selectFrom('payee_movements')
    .select(['payee_id', 'currency', 'block', 'transaction_index', 'transaction_id'])
    .select(['amount', 'reference'])
    .where('kind', 'in', ['sale', 'compensation'])
    .where('reference', 'is not', null)
    .where('block', '=', block)
    .where('transaction_index', '=', transaction_index)
    .execute();

/** One entry for each order or batch of a transaction. */
function receiptsOf(movements: readonly Movement[]): ReportedReceipt[] {
  const sums = new Map<string, ReportedReceipt>();
  for (const { block, transaction_id, reference, currency, amount } of movements) {
    const name = `${transaction_id}/${reference ?? ''}/${currency}`;
    const known = BigInt(sums.get(name)?.amount ?? '0');
    sums.set(name, {
      ...{ block, transactionId: transaction_id, reference: reference ?? '', currency },
      amount: (known + BigInt(amount)).toString(),
    });
  }
  return [...sums.values()];
}

async function tellCredits(
  { db }: ReportContext,
  auditor: Auditor,
  movements: readonly Movement[],
): Promise<void> {
  for (const [payeeId, own] of byOwner(movements, ({ payee_id }) => payee_id)) {
    const all = receiptsOf(own);
    for (let start = 0; start < all.length; start += MOST_REPORTED) {
      const receipts = all.slice(start, start + MOST_REPORTED);
      const { results } = await auditor.reportReceipts({ payeeId, receipts });
      for (const [index, { transactionId }] of receipts.entries())
        await noteRefused(db, payeeId, transactionId, results[index]);
    }
  }
}

async function noteRefused(
  db: MerchantDatabase,
  payeeId: string,
  transactionId: string,
  result: ReportResult | undefined,
): Promise<void> {
  if (result === 'taken' || result === 'known' || result === undefined) return;
  await db
    .insertInto('refused_credits')
    .values({ payee_id: payeeId, transaction_id: transactionId, result })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function noteTold(db: MerchantDatabase, told: Told): Promise<void> {
  const { block, transaction_index } = told;
  await db
    .insertInto('told_credits')
    .values({ id: 1, block, transaction_index })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ block, transaction_index }))
    .execute();
}

async function reportCredits(
  context: ReportContext,
  auditor: Auditor,
  signal: AbortSignal,
): Promise<void> {
  const { db } = context;
  let movements = await nextCredits(db, await toldUntil(db));
  for (
    let last = movements.at(-1);
    last !== undefined && !signal.aborted;
    last = movements.at(-1)
  ) {
    await tellCredits(context, auditor, movements);
    await noteTold(db, last);
    movements = await nextCredits(db, last);
  }
}

/** @throws {CodedError} what the auditor's node refuses; {NotReadYet} when it is behind. What was told stays told. */
export const reportToAuditor = (context: ReportContext, signal: AbortSignal): Promise<void> =>
  withAuditor(context.auditor, async (auditor) => {
    const isBehind = await reportVouchers(context, auditor, signal);
    await reportCredits(context, auditor, signal);
    if (isBehind) throw new NotReadYet('The auditor has not read the blocks of all devices yet.');
  });

/** Its key is always the same: one report at a time. */
export const REPORT_TO_AUDITOR = { name: 'report-to-auditor' } as const;

/** Tried again later each time when the auditor does not answer, and shown among the failing jobs. */
export const reportJob = (context: ReportContext): JobKind => ({
  ...REPORT_TO_AUDITOR,
  schedule: '* * * * *',
  run: (_, signal) => reportToAuditor(context, signal),
});
