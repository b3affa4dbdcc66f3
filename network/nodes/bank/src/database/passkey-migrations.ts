// SPDX-License-Identifier: Apache-2.0
// Makes the tables of passkeys.
import type { Kysely, Migration } from 'kysely';

/** A challenge may be of somebody who is not a customer, because answers must not reveal that. */
export const PASSKEY_MIGRATIONS: Record<string, Migration> = {
  '0017-passkeys': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('passkeys')
        .addColumn('passkey_id', 'varchar(32)', (column) => column.primaryKey())
        .addColumn('customer_id', 'varchar(64)', (column) =>
          column.notNull().references('customers.customer_id'),
        )
        .addColumn('credential_id', 'text', (column) => column.notNull().unique())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('public_key', 'text', (column) => column.notNull())
        .addColumn('counter', 'bigint', (column) => column.notNull())
        .addColumn('transports', 'text', (column) => column.notNull())
        .addColumn('backed_up', 'boolean', (column) => column.notNull())
        .addColumn('registered_with', 'text', (column) => column.notNull())
        .addColumn('registered_at', 'bigint', (column) => column.notNull())
        .addColumn('used_at', 'bigint')
        .addColumn('suspended_at', 'bigint')
        .addColumn('removed_at', 'bigint')
        .execute();
      await db.schema
        .createTable('passkey_challenges')
        .addColumn('seq', 'bigserial', (column) => column.primaryKey())
        .addColumn('challenge', 'text', (column) => column.notNull().unique())
        .addColumn('customer_id', 'varchar(64)', (column) => column.notNull())
        .addColumn('login_id', 'varchar(64)', (column) =>
          column.notNull().references('logins.login_id'),
        )
        .addColumn('bound_to', 'varchar(64)', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .addColumn('used_at', 'bigint')
        .execute();
      const indexes = {
        passkeys_by_customer: ['passkeys', 'customer_id'],
        passkey_challenges_by_customer: ['passkey_challenges', 'customer_id', 'created_at'],
        passkey_challenges_by_login: ['passkey_challenges', 'login_id', 'bound_to', 'seq'],
      };
      for (const [name, [table = '', ...columns]] of Object.entries(indexes))
        await db.schema.createIndex(name).on(table).columns(columns).execute();
    },
  },
};
