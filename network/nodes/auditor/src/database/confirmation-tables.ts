// SPDX-License-Identifier: Apache-2.0
// What others told the auditor directly, and what of the ledger answers it. Pseudonyms only, as they stand in vouchers and rows. Instants are
// seconds since 1970 unless told, amounts minor units as text.
import type { LedgerVerdict } from '@fabric-offline-pay/domain';
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { CreateTableBuilder, Kysely } from 'kysely';

/** A voucher that a merchant accepted. */
export interface ReportedVoucherTable {
  /** Of the voucher, base64url. */
  digest: string;
  merchant_id: string;
  order_number: string;
  customer_id: string;
  device_id: string;
  epoch: number;
  counter: number;
  currency: string;
  amount: string;
  accepted_at: number;
  /** The last second in which it can be settled, by the certificate. A top-up may have made it later. */
  claim_until: number;
  /** The signed objects as they were reported; null when only their digest was. */
  voucher: Buffer | null;
  certificate: Buffer | null;
  request: Buffer | null;
  /** Milliseconds since 1970. */
  reported_at: number;
}

/** What a payee was credited in one transaction for one order or batch, by its own peer. */
export interface ReportedReceiptTable {
  payee_id: string;
  transaction_id: string;
  reference: string;
  currency: string;
  amount: string;
  block: number;
  /** Milliseconds since 1970. */
  reported_at: number;
}

/** Redeemed money that arrived outside of the ledger. */
export interface ReportedPayoutTable {
  payee_id: string;
  currency: string;
  redeem_id: string;
  amount: string;
  arrived_at: number;
  /** Milliseconds since 1970. */
  reported_at: number;
}

/** What became of a voucher that the ledger has seen: the verdict that counts most. */
export interface VoucherFateTable {
  digest: string;
  verdict: LedgerVerdict;
  /** Whoever was paid, or asked to be. */
  merchant_id: string;
  /** What was paid. */
  amount: string;
  block: number;
  place: number;
  transaction_id: string;
  /** The larger one counts. */
  weight: number;
}

/** What a transaction credited a payee for one order or batch. */
export interface CreditedTable {
  payee_id: string;
  transaction_id: string;
  reference: string;
  currency: string;
  amount: string;
  block: number;
  place: number;
}

export interface ConfirmationTables {
  reported_vouchers: ReportedVoucherTable;
  reported_receipts: ReportedReceiptTable;
  reported_payouts: ReportedPayoutTable;
  voucher_fates: VoucherFateTable;
  credited: CreditedTable;
}

type Type = 'text' | 'integer' | 'bigint' | 'bytea';

/** `?` at the end of a type: may be null. */
type Columns = Readonly<Record<string, Type | `${Type}?`>>;

async function createTable(
  db: Kysely<unknown>,
  name: string,
  columns: Columns,
  key: readonly string[],
): Promise<void> {
  let table: CreateTableBuilder<string> = db.schema.createTable(name);
  for (const [column, type] of Object.entries(columns))
    table = table.addColumn(column, type.replace('?', '') as Type, (built) =>
      type.endsWith('?') ? built : built.notNull(),
    );
  await table.addPrimaryKeyConstraint(`${name}_key`, [...key] as never[]).execute();
}

const REPORTED = {
  digest: 'text',
  merchant_id: 'text',
  order_number: 'text',
  customer_id: 'text',
  device_id: 'text',
  epoch: 'bigint',
  counter: 'integer',
  currency: 'text',
  amount: 'text',
  accepted_at: 'bigint',
  claim_until: 'bigint',
  voucher: 'bytea?',
  certificate: 'bytea?',
  request: 'bytea?',
  reported_at: 'bigint',
} as const satisfies Columns;

const FATE = {
  digest: 'text',
  verdict: 'text',
  merchant_id: 'text',
  amount: 'text',
  block: 'integer',
  place: 'integer',
  transaction_id: 'text',
  weight: 'integer',
} as const satisfies Columns;

const CREDIT = {
  payee_id: 'text',
  transaction_id: 'text',
  reference: 'text',
  currency: 'text',
  amount: 'text',
  block: 'integer',
} as const satisfies Columns;

const CREDIT_KEY = ['payee_id', 'transaction_id', 'reference', 'currency'];

const PAYOUT = {
  payee_id: 'text',
  currency: 'text',
  redeem_id: 'text',
  amount: 'text',
  arrived_at: 'bigint',
  reported_at: 'bigint',
} as const satisfies Columns;

export const CONFIRMATION_MIGRATIONS: Migrations = {
  '0020-confirmations': {
    async up(db: Kysely<unknown>) {
      await createTable(db, 'reported_vouchers', REPORTED, ['digest', 'merchant_id']);
      await createTable(db, 'voucher_fates', FATE, ['digest']);
      await createTable(db, 'reported_receipts', { ...CREDIT, reported_at: 'bigint' }, CREDIT_KEY);
      await createTable(db, 'credited', { ...CREDIT, place: 'integer' }, CREDIT_KEY);
      await createTable(db, 'reported_payouts', PAYOUT, ['payee_id', 'currency', 'redeem_id']);
      await db.schema
        .createIndex('reported_vouchers_end')
        .on('reported_vouchers')
        .column('claim_until')
        .execute();
    },
  },
};
