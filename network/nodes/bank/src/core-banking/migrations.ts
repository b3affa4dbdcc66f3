// SPDX-License-Identifier: Apache-2.0
// Makes the tables of requests to hosts, and of the book. The database itself keeps balances and refuses what does not add up.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import { sql, type Kysely } from 'kysely';

async function createRequests(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('host_requests')
    .addColumn('request_key', 'varchar(200)', (column) => column.primaryKey())
    .addColumn('kind', 'varchar(16)', (column) => column.notNull())
    .addColumn('digest', 'varchar(64)', (column) => column.notNull())
    .addColumn('adapter', 'varchar(16)', (column) => column.notNull())
    .addColumn('token', 'varchar(64)', (column) => column.notNull())
    .addColumn('currency', 'varchar(3)', (column) => column.notNull())
    .addColumn('amount', 'varchar(18)', (column) => column.notNull())
    .addColumn('authorisation', 'varchar(200)', (column) =>
      column.references('host_requests.request_key'),
    )
    .addColumn('state', 'varchar(8)', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('stan', 'varchar(6)')
    .addColumn('undo_stan', 'varchar(6)')
    .addColumn('rrn', 'varchar(12)')
    .addColumn('approval', 'varchar(6)')
    .addColumn('sent_at', 'bigint')
    .addColumn('reference', 'varchar(200)')
    .addColumn('refusal', 'varchar(32)')
    .addColumn('asked_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .execute();
  await db.schema
    .createIndex('host_requests_by_authorisation')
    .on('host_requests')
    .column('authorisation')
    .execute();
  // Field 11 of ISO 8583 has six digits and must differ between requests of a day.
  await sql`create sequence host_stan minvalue 1 maxvalue 999999 cycle`.execute(db);
}

async function createBook(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('book_accounts')
    .addColumn('account_id', 'varchar(80)', (column) => column.primaryKey())
    .addColumn('purpose', 'varchar(16)', (column) => column.notNull())
    .addColumn('owner', 'varchar(64)', (column) => column.notNull())
    .addColumn('currency', 'varchar(3)', (column) => column.notNull())
    .addColumn('balance', 'numeric(38, 0)', (column) => column.notNull().defaultTo(0))
    .addColumn('blocked', 'boolean', (column) => column.notNull().defaultTo(false))
    .addCheckConstraint(
      'book_accounts_covered',
      sql`purpose in ('elsewhere', 'payouts', 'opening') or balance >= 0`,
    )
    .execute();
  await db.schema
    .createTable('book_entries')
    .addColumn('entry_key', 'varchar(200)', (column) => column.primaryKey())
    .addColumn('kind', 'varchar(16)', (column) => column.notNull())
    .addColumn('adapter', 'varchar(16)', (column) => column.notNull())
    .addColumn('token', 'varchar(64)', (column) => column.notNull())
    .addColumn('currency', 'varchar(3)', (column) => column.notNull())
    .addColumn('reference', 'varchar(200)', (column) => column.notNull())
    .addColumn('day', 'varchar(10)', (column) => column.notNull())
    .addColumn('booked_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('book_postings')
    .addColumn('entry_key', 'varchar(200)', (column) =>
      column.notNull().references('book_entries.entry_key'),
    )
    .addColumn('line', 'integer', (column) => column.notNull())
    .addColumn('account_id', 'varchar(80)', (column) =>
      column.notNull().references('book_accounts.account_id'),
    )
    .addColumn('amount', 'numeric(38, 0)', (column) => column.notNull())
    .addPrimaryKeyConstraint('book_postings_key', ['entry_key', 'line'])
    .execute();
  await db.schema.createIndex('book_entries_by_day').on('book_entries').column('day').execute();
  await db.schema
    .createIndex('book_postings_by_account')
    .on('book_postings')
    .column('account_id')
    .execute();
}

/** In this order: what runs for each line, then what is looked at when the transaction ends. */
const RULES = [
  sql`
    create function book_apply() returns trigger language plpgsql as $$
    begin
      update book_accounts set balance = balance + new.amount where account_id = new.account_id;
      return null;
    end $$`,
  sql`
    create trigger book_apply after insert on book_postings
    for each row execute function book_apply()`,
  sql`
    create function book_keep() returns trigger language plpgsql as $$
    begin
      raise exception 'the book is only written at its end: correct an entry by another one';
    end $$`,
  sql`
    create trigger book_keep before update or delete on book_postings
    for each row execute function book_keep()`,
  sql`
    create trigger book_keep before update or delete on book_entries
    for each row execute function book_keep()`,
  sql`
    create function book_balance() returns trigger language plpgsql as $$
    declare
      lines bigint;
      total numeric;
      others bigint;
    begin
      select count(*), coalesce(sum(p.amount), 0),
          count(*) filter (where a.currency <> e.currency)
        into lines, total, others
        from book_postings p
        join book_accounts a on a.account_id = p.account_id
        join book_entries e on e.entry_key = p.entry_key
        where p.entry_key = new.entry_key;
      if lines < 2 or total <> 0 or others > 0 then
        raise exception 'an entry has two lines or more of one currency, and they add to 0';
      end if;
      return null;
    end $$`,
  sql`
    create constraint trigger book_balance after insert on book_entries
    deferrable initially deferred for each row execute function book_balance()`,
  sql`
    create constraint trigger book_balance after insert on book_postings
    deferrable initially deferred for each row execute function book_balance()`,
];

export const CORE_BANKING_MIGRATIONS: Migrations = {
  '0005-core-banking': {
    async up(db: Kysely<unknown>): Promise<void> {
      await createRequests(db);
      await createBook(db);
      for (const rule of RULES) await rule.execute(db);
    },
  },
  // As long as the mobile-money API allows.
  '0020-host-references': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const table of ['host_requests', 'book_entries'])
        await db.schema
          .alterTable(table)
          .alterColumn('reference', (column) => column.setDataType('varchar(256)'))
          .execute();
    },
  },
};
