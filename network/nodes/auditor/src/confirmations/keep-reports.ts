// SPDX-License-Identifier: Apache-2.0
// Keeps what was reported, each once: whatever is told again is known, and whatever is told otherwise changes nothing.
import type {
  ReportedPayout,
  ReportedReceipt,
  ReportedVoucher,
  ReportResult,
} from '@fabric-offline-pay/node-common/client';
import type {
  ReportedPayoutTable,
  ReportedReceiptTable,
  ReportedVoucherTable,
} from '../database/confirmation-tables.js';
import type { AuditorDatabase, AuditorTransaction } from '../database/schema.js';
import { allRows } from './ledger-rows.js';
import { readReportedVoucher } from './read-voucher.js';

/** Where reports are kept. */
export interface Reporting {
  readonly db: AuditorDatabase;
  readonly chaincode: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Whether two reports of one thing say the same. */
const isSame = <Row extends object>(a: Row, b: Row, names: readonly (keyof Row)[]): boolean =>
  names.every((name) => a[name] === b[name]);

const SAID_OF_VOUCHERS = [
  ...(['order_number', 'customer_id', 'device_id', 'epoch', 'counter'] as const),
  ...(['currency', 'amount'] as const),
] as const satisfies readonly (keyof ReportedVoucherTable)[];

/** What device and bank signed counts for more than a merchant's word, which it replaces. */
async function keepVoucher(
  db: AuditorTransaction,
  row: ReportedVoucherTable,
): Promise<ReportResult> {
  const { digest, merchant_id } = row;
  const before = await db
    .selectFrom('reported_vouchers')
    .selectAll()
    .where('digest', '=', digest)
    .where('merchant_id', '=', merchant_id)
    .forUpdate()
    .executeTakeFirst();
  if (before === undefined) {
    await db.insertInto('reported_vouchers').values(row).execute();
    return 'taken';
  }
  if (before.voucher === null && row.voucher !== null) {
    await db
      .updateTable('reported_vouchers')
      .set({ ...row, reported_at: before.reported_at })
      .where('digest', '=', digest)
      .where('merchant_id', '=', merchant_id)
      .execute();
    return 'taken';
  }
  return isSame(before, row, SAID_OF_VOUCHERS) ? 'known' : 'otherBefore';
}

async function channelOf(db: AuditorDatabase): Promise<string> {
  const state = await db.selectFrom('audit_state').select('channel').executeTakeFirst();
  return state?.channel ?? '';
}

/** Reports come from several callers; one order of rows keeps them from waiting for each other for ever. */
const inOrder = async <Row>(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
  keep: (row: Row) => Promise<ReportResult>,
): Promise<ReportResult[]> => {
  const results = new Map<Row, ReportResult>();
  const sorted = [...rows].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  for (const row of sorted) results.set(row, await keep(row));
  return rows.map((row) => results.get(row) ?? 'known');
};

/** @returns what is said to each, in their order */
export async function keepVouchers(
  { db, chaincode, clock }: Reporting,
  merchantId: string,
  vouchers: readonly ReportedVoucher[],
): Promise<ReportResult[]> {
  const channel = await channelOf(db);
  const issuers = await allRows(db, chaincode, 'issuer');
  const reading = { channel, merchantId, issuers, now: clock() };
  const read = vouchers.map((voucher) => readReportedVoucher(voucher, reading));
  return db.transaction().execute((transaction) =>
    inOrder(
      read,
      (each) => (typeof each === 'string' ? '' : each.digest),
      (each) => (typeof each === 'string' ? Promise.resolve(each) : keepVoucher(transaction, each)),
    ),
  );
}

async function keepReceipt(
  db: AuditorTransaction,
  row: ReportedReceiptTable,
): Promise<ReportResult> {
  const added = await db
    .insertInto('reported_receipts')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('block')
    .executeTakeFirst();
  if (added !== undefined) return 'taken';
  const before = await db
    .selectFrom('reported_receipts')
    .selectAll()
    .where('payee_id', '=', row.payee_id)
    .where('transaction_id', '=', row.transaction_id)
    .where('reference', '=', row.reference)
    .where('currency', '=', row.currency)
    .executeTakeFirstOrThrow();
  return isSame(before, row, ['amount', 'block']) ? 'known' : 'otherBefore';
}

/** @returns what is said to each, in their order */
export function keepReceipts(
  { db, clock }: Reporting,
  payeeId: string,
  receipts: readonly ReportedReceipt[],
): Promise<ReportResult[]> {
  const now = clock();
  const rows = receipts.map(({ transactionId, ...rest }) => ({
    ...rest,
    ...{ payee_id: payeeId, transaction_id: transactionId, reported_at: now },
  }));
  return db.transaction().execute((transaction) =>
    inOrder(
      rows,
      ({ transaction_id, reference, currency }) => `${transaction_id}/${reference}/${currency}`,
      (row) => keepReceipt(transaction, row),
    ),
  );
}

async function keepPayout(db: AuditorTransaction, row: ReportedPayoutTable): Promise<ReportResult> {
  const added = await db
    .insertInto('reported_payouts')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('amount')
    .executeTakeFirst();
  if (added !== undefined) return 'taken';
  const before = await db
    .selectFrom('reported_payouts')
    .selectAll()
    .where('payee_id', '=', row.payee_id)
    .where('currency', '=', row.currency)
    .where('redeem_id', '=', row.redeem_id)
    .executeTakeFirstOrThrow();
  return isSame(before, row, ['amount', 'arrived_at']) ? 'known' : 'otherBefore';
}

/** @returns what is said to each, in their order */
export function keepPayouts(
  { db, clock }: Reporting,
  payeeId: string,
  payouts: readonly ReportedPayout[],
): Promise<ReportResult[]> {
  const now = clock();
  const rows = payouts.map(({ redeemId, arrivedAt, ...rest }) => ({
    ...rest,
    ...{ payee_id: payeeId, redeem_id: redeemId, arrived_at: arrivedAt, reported_at: now },
  }));
  return db.transaction().execute((transaction) =>
    inOrder(
      rows,
      ({ currency, redeem_id }) => `${currency}/${redeem_id}`,
      (row) => keepPayout(transaction, row),
    ),
  );
}
