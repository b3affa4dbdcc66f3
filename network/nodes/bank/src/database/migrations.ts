// SPDX-License-Identifier: Apache-2.0
// The bank's tables, in the order in which they were added. Run at every start. Only append.
import {
  createFollowedTables,
  createMadeKeys,
  createPosition,
} from '@fabric-offline-pay/node-common/node';
import { ALERT_MIGRATIONS } from './alerts-migrations.js';
import { BACKING_HANDOVER_MIGRATIONS } from './backing-handover-migrations.js';
import { BACKING_MIGRATIONS } from './backing-migrations.js';
import { CLOCK_MIGRATIONS } from './clock-migrations.js';
import { ERASURE_MIGRATIONS } from './erasure-migrations.js';
import { FUNDING_MIGRATIONS } from './funding-migrations.js';
import { SETTLING_MIGRATIONS } from './settling-migrations.js';
import { PASSKEY_MIGRATIONS } from './passkey-migrations.js';
import { PAY_OUT_MIGRATIONS } from './pay-out-migrations.js';
import { RECONCILIATION_MIGRATIONS } from './reconciliation-migrations.js';
import { ALERT_CHANGE_MIGRATIONS } from './alert-changes-migrations.js';
import { TROUBLE_MIGRATIONS } from './trouble-migrations.js';
import type { CreateTableBuilder, Kysely, Migration } from 'kysely';
import { CORE_BANKING_MIGRATIONS } from '../core-banking/migrations.js';
import { MESSAGE_MIGRATIONS } from '../messages/migrations.js';
import { HABIT_MIGRATIONS } from '../habits/tables/migrations.js';
import { STATEMENT_MIGRATIONS } from '../statements/tables/migrations.js';

type Table = CreateTableBuilder<string>;
type Columns = (table: Table) => Table;

const create = (db: Kysely<unknown>, name: string, columns: Columns) =>
  columns(db.schema.createTable(name)).execute();

const customers: Columns = (table) =>
  table
    .addColumn('customer_id', 'varchar(64)', (column) => column.primaryKey())
    .addColumn('name', 'text')
    .addColumn('phone', 'text')
    .addColumn('email', 'text')
    .addColumn('birth_date', 'varchar(10)')
    .addColumn('password_hash', 'text', (column) => column.notNull())
    .addColumn('password_changed', 'boolean', (column) => column.notNull())
    .addColumn('enrolment_mac', 'varchar(64)', (column) => column.notNull())
    .addColumn('default_device', 'varchar(64)')
    .addColumn('enrolled_at', 'bigint', (column) => column.notNull());

const addresses: Columns = (table) =>
  table
    .addColumn('customer_id', 'varchar(64)', (column) =>
      column.notNull().references('customers.customer_id'),
    )
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('label', 'text')
    .addColumn('street', 'text', (column) => column.notNull())
    .addColumn('city', 'text', (column) => column.notNull())
    .addColumn('country', 'varchar(2)', (column) => column.notNull())
    .addColumn('latitude', 'integer', (column) => column.notNull())
    .addColumn('longitude', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('addresses_key', ['customer_id', 'number']);

const logins: Columns = (table) =>
  table
    .addColumn('login_id', 'varchar(64)', (column) => column.primaryKey())
    .addColumn('customer_id', 'varchar(64)', (column) =>
      column.notNull().references('customers.customer_id'),
    )
    .addColumn('device_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('state', 'varchar(16)', (column) => column.notNull())
    .addColumn('limits', 'text')
    .addColumn('failure', 'varchar(40)')
    .addColumn('opened_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint');

const stepUps: Columns = (table) =>
  table
    .addColumn('login_id', 'varchar(64)', (column) =>
      column.notNull().references('logins.login_id'),
    )
    .addColumn('order_digest', 'varchar(64)', (column) => column.notNull())
    .addColumn('payee', 'text', (column) => column.notNull())
    .addColumn('amount', 'varchar(18)', (column) => column.notNull())
    .addColumn('currency', 'varchar(3)', (column) => column.notNull())
    .addPrimaryKeyConstraint('step_ups_key', ['login_id', 'order_digest']);

const codes: Columns = (table) =>
  table
    .addColumn('seq', 'bigserial', (column) => column.primaryKey())
    .addColumn('code_id', 'varchar(32)', (column) => column.notNull().unique())
    .addColumn('customer_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('login_id', 'varchar(64)', (column) =>
      column.notNull().references('logins.login_id'),
    )
    .addColumn('bound_to', 'varchar(64)', (column) => column.notNull())
    .addColumn('mac', 'varchar(64)', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('tries', 'integer', (column) => column.notNull())
    .addColumn('sent', 'boolean', (column) => column.notNull())
    .addColumn('used_at', 'bigint');

const attempts: Columns = (table) =>
  table
    .addColumn('seq', 'bigserial', (column) => column.primaryKey())
    .addColumn('customer_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('login_id', 'varchar(64)', (column) =>
      column.notNull().references('logins.login_id'),
    )
    .addColumn('bound_to', 'varchar(64)', (column) => column.notNull())
    .addColumn('factor', 'varchar(8)', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('result', 'varchar(16)', (column) => column.notNull());

const factors: Columns = (table) =>
  table
    .addColumn('login_id', 'varchar(64)', (column) =>
      column.notNull().references('logins.login_id'),
    )
    .addColumn('bound_to', 'varchar(64)', (column) => column.notNull())
    .addColumn('factor', 'varchar(8)', (column) => column.notNull())
    .addColumn('nonce', 'varchar(64)', (column) => column.notNull())
    .addColumn('passed_at', 'bigint', (column) => column.notNull())
    .addColumn('attested_at', 'bigint')
    .addPrimaryKeyConstraint('factors_key', ['login_id', 'bound_to', 'factor']);

const purchases: Columns = (table) =>
  table
    .addColumn('merchant_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('order_number', 'varchar(64)', (column) => column.notNull())
    .addColumn('customer_id', 'varchar(64)', (column) =>
      column.notNull().references('customers.customer_id'),
    )
    .addColumn('login_id', 'varchar(64)')
    .addColumn('currency', 'varchar(3)', (column) => column.notNull())
    .addColumn('fee', 'varchar(18)', (column) => column.notNull())
    .addColumn('total', 'varchar(18)', (column) => column.notNull())
    .addColumn('purchased_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('purchases_key', ['merchant_id', 'order_number']);

const purchaseLines: Columns = (table) =>
  table
    .addColumn('merchant_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('order_number', 'varchar(64)', (column) => column.notNull())
    .addColumn('line', 'integer', (column) => column.notNull())
    .addColumn('gtin', 'varchar(13)', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('quantity', 'integer', (column) => column.notNull())
    .addColumn('unit_price', 'varchar(18)', (column) => column.notNull())
    .addPrimaryKeyConstraint('purchase_lines_key', ['merchant_id', 'order_number', 'line']);

const credentialChanges: Columns = (table) =>
  table
    .addColumn('seq', 'bigserial', (column) => column.primaryKey())
    .addColumn('change_id', 'varchar(64)', (column) => column.notNull().unique())
    .addColumn('customer_id', 'varchar(64)', (column) =>
      column.notNull().references('customers.customer_id'),
    )
    .addColumn('kind', 'varchar(8)', (column) => column.notNull())
    .addColumn('login_id', 'varchar(64)', (column) => column.references('logins.login_id'))
    .addColumn('digest', 'varchar(64)', (column) => column.notNull())
    .addColumn('phone', 'text')
    .addColumn('password_hash', 'text')
    .addColumn('state', 'varchar(16)', (column) => column.notNull())
    .addColumn('asked_by', 'text', (column) => column.notNull())
    .addColumn('confirmed_by', 'text')
    .addColumn('asked_at', 'bigint', (column) => column.notNull())
    .addColumn('effective_at', 'bigint');

const followedOrders: Columns = (table) =>
  table
    .addColumn('merchant_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('order_number', 'varchar(64)', (column) => column.notNull())
    .addColumn('seen', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('followed_orders_key', ['merchant_id', 'order_number']);

const messages: Columns = (table) =>
  table
    .addColumn('message_id', 'text', (column) => column.primaryKey())
    .addColumn('customer_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('kind', 'varchar(20)', (column) => column.notNull())
    .addColumn('merchant_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('order_number', 'varchar(64)', (column) => column.notNull())
    .addColumn('currency', 'varchar(3)')
    .addColumn('amount', 'varchar(18)')
    .addColumn('happened_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('outcome', 'varchar(8)');

const INDEXES = [
  { name: 'logins_by_customer', table: 'logins', columns: ['customer_id', 'opened_at'] },
  { name: 'codes_by_login', table: 'codes', columns: ['login_id', 'bound_to', 'seq'] },
  { name: 'codes_by_customer', table: 'codes', columns: ['customer_id', 'created_at'] },
  { name: 'attempts_by_login', table: 'attempts', columns: ['login_id', 'seq'] },
  { name: 'attempts_by_customer', table: 'attempts', columns: ['customer_id', 'factor', 'at'] },
  { name: 'purchases_by_customer', table: 'purchases', columns: ['customer_id', 'purchased_at'] },
];

/** Migrations by name. Kysely runs the ones that the database has not had, in order of name. */
export const MIGRATIONS: Record<string, Migration> = {
  '0001-initial': {
    async up(db: Kysely<unknown>): Promise<void> {
      const tables = {
        customers,
        addresses,
        logins,
        step_ups: stepUps,
        codes,
        attempts,
        factors,
        purchases,
        purchase_lines: purchaseLines,
      };
      for (const [name, columns] of Object.entries(tables)) await create(db, name, columns);
      for (const { name, table, columns } of INDEXES)
        await db.schema.createIndex(name).on(table).columns(columns).execute();
    },
  },
  '0002-payment-mode': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .alterTable('purchases')
        .addColumn('mode', 'varchar(7)', (column) => column.notNull().defaultTo('online'))
        .execute();
    },
  },
  '0003-credential-changes': {
    async up(db: Kysely<unknown>): Promise<void> {
      await create(db, 'credential_changes', credentialChanges);
      await db.schema
        .createIndex('changes_by_customer')
        .on('credential_changes')
        .columns(['customer_id', 'state'])
        .execute();
      // A login may name somebody who is not a customer, because its answers must not reveal that.
      await db.schema.alterTable('logins').dropConstraint('logins_customer_id_fkey').execute();
      await db.schema
        .alterTable('logins')
        .addColumn('filled', 'text', (column) => column.notNull().defaultTo(''))
        .execute();
    },
  },
  '0004-notices': {
    async up(db: Kysely<unknown>): Promise<void> {
      await createPosition(db);
      await create(db, 'followed_orders', followedOrders);
      await create(db, 'messages', messages);
      await db.schema
        .createIndex('messages_by_customer')
        .on('messages')
        .columns(['customer_id', 'happened_at'])
        .execute();
    },
  },
  ...CORE_BANKING_MIGRATIONS,
  ...MESSAGE_MIGRATIONS,
  ...FUNDING_MIGRATIONS,
  ...STATEMENT_MIGRATIONS,
  ...HABIT_MIGRATIONS,
  ...SETTLING_MIGRATIONS,
  ...CLOCK_MIGRATIONS,
  ...ALERT_MIGRATIONS,
  ...PAY_OUT_MIGRATIONS,
  ...RECONCILIATION_MIGRATIONS,
  ...TROUBLE_MIGRATIONS,
  ...ALERT_CHANGE_MIGRATIONS,
  ...PASSKEY_MIGRATIONS,
  '0018-followed-tables': { up: createFollowedTables },
  ...ERASURE_MIGRATIONS,
  '0033-made-keys': { up: createMadeKeys },
  ...BACKING_MIGRATIONS,
  ...BACKING_HANDOVER_MIGRATIONS,
};
