// SPDX-License-Identifier: Apache-2.0
// Makes the tables of pay-outs.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { CreateTableBuilder, Kysely } from 'kysely';

/** Balances are sums of any length. */
const SUM = 'varchar(40)';

const withMoney = <Table extends string>(table: CreateTableBuilder<Table>) =>
  table
    .addColumn('payee_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('currency', 'varchar(3)', (column) => column.notNull());

async function createPayees(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('payees')
    .addColumn('payee_id', 'varchar(64)', (column) => column.primaryKey())
    .addColumn('bank_id', 'varchar(64)', (column) => column.notNull())
    .execute();
  await withMoney(db.schema.createTable('payee_accounts'))
    .addColumn('token', 'varchar(64)', (column) => column.notNull())
    .addPrimaryKeyConstraint('payee_accounts_key', ['payee_id', 'currency'])
    .execute();
}

async function createPayOuts(db: Kysely<unknown>): Promise<void> {
  await withMoney(db.schema.createTable('pay_outs'))
    .addColumn('number', 'bigserial', (column) => column.notNull().unique())
    .addColumn('redeem_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('amount', 'varchar(18)', (column) => column.notNull())
    .addColumn('state', 'varchar(9)', (column) => column.notNull())
    .addColumn('reason', 'varchar(40)')
    .addColumn('host_key', 'varchar(200)', (column) => column.notNull().unique())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('account', 'varchar(64)')
    .addColumn('reference', 'varchar(200)')
    .addColumn('requested_at', 'bigint', (column) => column.notNull())
    .addColumn('paid_at', 'bigint')
    .addPrimaryKeyConstraint('pay_outs_key', ['payee_id', 'currency', 'redeem_id'])
    .execute();
  await db.schema.createIndex('pay_outs_by_state').on('pay_outs').column('state').execute();
}

async function createBalances(db: Kysely<unknown>): Promise<void> {
  await withMoney(db.schema.createTable('payee_balances'))
    .addColumn('balance', SUM, (column) => column.notNull())
    .addColumn('debts', 'text', (column) => column.notNull())
    .addColumn('opening', SUM, (column) => column.notNull())
    .addColumn('entries', 'integer', (column) => column.notNull())
    .addColumn('paid_to', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('payee_balances_key', ['payee_id', 'currency'])
    .execute();
  await withMoney(db.schema.createTable('open_credits'))
    .addColumn('credit_key', 'text', (column) => column.primaryKey())
    .addColumn('about', 'text', (column) => column.notNull())
    .addColumn('amount', 'varchar(18)', (column) => column.notNull())
    .addColumn('credited_in', 'bigint', (column) => column.notNull())
    .execute();
}

async function createEntries(db: Kysely<unknown>): Promise<void> {
  await withMoney(db.schema.createTable('payee_entries'))
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('kind', 'varchar(8)', (column) => column.notNull())
    .addColumn('about', 'text', (column) => column.notNull())
    .addColumn('amount', SUM, (column) => column.notNull())
    .addColumn('credited_in', 'bigint')
    .addColumn('counted_in', 'bigint', (column) => column.notNull())
    .addColumn('transaction_id', 'varchar(64)', (column) => column.notNull())
    .addPrimaryKeyConstraint('payee_entries_key', ['payee_id', 'currency', 'number'])
    .execute();
  await withMoney(db.schema.createTable('payee_redemptions'))
    .addColumn('redeem_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('amount', 'varchar(18)', (column) => column.notNull())
    .addColumn('opening', SUM, (column) => column.notNull())
    .addColumn('first_entry', 'integer', (column) => column.notNull())
    .addColumn('last_entry', 'integer', (column) => column.notNull())
    .addColumn('closing', SUM, (column) => column.notNull())
    .addColumn('redeemed_in', 'bigint', (column) => column.notNull())
    .addColumn('transaction_id', 'varchar(64)', (column) => column.notNull())
    .addPrimaryKeyConstraint('payee_redemptions_key', ['payee_id', 'currency', 'redeem_id'])
    .execute();
}

export const PAY_OUT_MIGRATIONS: Migrations = {
  '0013-pay-outs': {
    async up(db: Kysely<unknown>): Promise<void> {
      await createPayees(db);
      await createPayOuts(db);
      await createBalances(db);
      await createEntries(db);
    },
  },
  '0021-pay-out-references': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .alterTable('pay_outs')
        .alterColumn('reference', (column) => column.setDataType('varchar(256)'))
        .execute();
    },
  },
};
