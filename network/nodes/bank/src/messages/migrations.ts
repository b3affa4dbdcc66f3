// SPDX-License-Identifier: Apache-2.0
// The outbox: every message to a customer as a row, receipts, the customer's language, and what the caps count.
import { sql, type Kysely, type Migration } from 'kysely';

const DAY_MS = 24 * 3_600_000;

async function widenMessages(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('messages')
    .alterColumn('merchant_id', (column) => column.dropNotNull())
    .alterColumn('order_number', (column) => column.dropNotNull())
    .alterColumn('outcome', (column) => column.setDataType('varchar(9)'))
    .addColumn('channel', 'varchar(4)', (column) => column.notNull().defaultTo('sms'))
    .addColumn('change_id', 'varchar(64)')
    .addColumn('wait_seconds', 'integer')
    .addColumn('expires_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('resume_at', 'bigint')
    .addColumn('language', 'varchar(2)')
    .execute();
  await sql`update messages set expires_at = happened_at + ${sql.lit(DAY_MS)}`.execute(db);
  await db.schema
    .createIndex('messages_open')
    .on('messages')
    .column('expires_at')
    .where(sql.ref('ended_at'), 'is', null)
    .execute();
}

async function createParts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('message_parts')
    .addColumn('message_id', 'text', (column) => column.notNull().references('messages.message_id'))
    .addColumn('part', 'integer', (column) => column.notNull())
    .addColumn('carrier_id', 'varchar(65)', (column) => column.notNull())
    .addColumn('accepted_at', 'bigint', (column) => column.notNull())
    .addColumn('state', 'varchar(9)')
    .addPrimaryKeyConstraint('message_parts_key', ['message_id', 'part'])
    .execute();
  await db.schema
    .createIndex('message_parts_by_carrier')
    .on('message_parts')
    .columns(['carrier_id', 'accepted_at'])
    .execute();
}

async function widenCodes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('codes')
    .addColumn('number_mac', 'varchar(64)')
    .addColumn('range_mac', 'varchar(64)')
    .execute();
  for (const column of ['number_mac', 'range_mac'])
    await db.schema
      .createIndex(`codes_by_${column}`)
      .on('codes')
      .columns([column, 'created_at'])
      .execute();
}

export const MESSAGE_MIGRATIONS: Record<string, Migration> = {
  '0006-messages': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .alterTable('customers')
        .addColumn('language', 'varchar(2)', (column) => column.notNull().defaultTo('en'))
        .execute();
      await widenMessages(db);
      await createParts(db);
      await widenCodes(db);
    },
  },
  '0021-notice-caps': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .alterTable('messages')
        .addColumn('number_mac', 'varchar(64)')
        .addColumn('counted_at', 'bigint')
        .execute();
      await db.schema
        .createIndex('messages_by_number')
        .on('messages')
        .columns(['number_mac', 'kind', 'counted_at'])
        .execute();
    },
  },
};
