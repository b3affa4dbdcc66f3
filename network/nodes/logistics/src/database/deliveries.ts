// SPDX-License-Identifier: Apache-2.0
// Tables of the daily work of delivering: addresses as long as they are needed, routes, late deliveries, the secret of waybills' numbers.
import { randomBytes } from 'node:crypto';
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import { sql, type Kysely } from 'kysely';
import { createTable } from './columns.js';

/** The addresses that a customer offered, until the goods are picked up. Personal data; nothing else here is. */
export interface HeldAddressTable {
  merchant_id: string;
  order_number: string;
  /** JSON of the salt and the addresses. */
  book: string;
  held_at: number;
}

/** A transaction that erased or replaced addresses, until their bytes are gone from the table's files, too. */
export interface AddressRemainsTable {
  /** Its id in the database, as text. */
  erased_by: string;
}

/** One row: the secret from which the company's numbers of waybills are made. */
export interface WaybillKeyTable {
  /** Always 1. */
  id: number;
  /** 32 bytes in hex. */
  secret: string;
}

/** A stop of a courier's day. An order stands in one route only. */
export interface RouteStopTable {
  merchant_id: string;
  order_number: string;
  day: string;
  courier_id: string;
  /** From 1. */
  stop: number;
  planned_by: string;
}

/** `promise`: the company's own time passed. `deliverBy`: the customer may get the money back. */
export type Lateness = 'promise' | 'deliverBy';

/** A delivery that was late, once for each kind. */
export interface LateDeliveryTable {
  merchant_id: string;
  order_number: string;
  kind: Lateness;
  due_at: number;
  noticed_at: number;
  /** When the alert was handed over. */
  alerted_at: number | null;
}

export interface DeliveryTables {
  held_addresses: HeldAddressTable;
  address_remains: AddressRemainsTable;
  waybill_key: WaybillKeyTable;
  route_stops: RouteStopTable;
  late_deliveries: LateDeliveryTable;
}

const ORDER = { merchant_id: 'id', order_number: 'id' } as const;
const KEY = ['merchant_id', 'order_number'];

const STOP = {
  ...ORDER,
  day: 'id',
  courier_id: 'id',
  stop: 'count',
  planned_by: 'text',
} as const;

const LATE = {
  ...ORDER,
  kind: 'id',
  due_at: 'instant',
  noticed_at: 'instant',
  alerted_at: 'instant?',
} as const;

export const DELIVERY_MIGRATIONS: Migrations = {
  '0005-deliveries': {
    async up(db: Kysely<unknown>) {
      const held = { ...ORDER, book: 'text', held_at: 'instant' } as const;
      await createTable(db, 'held_addresses', held, KEY);
      await createTable(db, 'waybill_numbers', { ...ORDER, waybill: 'id' }, KEY);
      await createTable(db, 'route_stops', STOP, KEY);
      await createTable(db, 'late_deliveries', LATE, [...KEY, 'kind']);
      await db.schema
        .createIndex('stops_by_route')
        .on('route_stops')
        .columns(['day', 'courier_id', 'stop'])
        .execute();
    },
  },
  // A row for each order number that anybody asked for had no end. Numbers in use stand on the ledger, and in the table of quotes.
  '0009-waybill-key': {
    async up(db: Kysely<unknown>) {
      await db.schema.dropTable('waybill_numbers').execute();
      await createTable(db, 'waybill_key', { id: 'count', secret: 'text' }, ['id']);
      const secret = randomBytes(32).toString('hex');
      await sql`insert into waybill_key (id, secret) values (1, ${secret})`.execute(db);
    },
  },
  // Whatever statement erases: none can forget it.
  '0012-address-remains': {
    async up(db: Kysely<unknown>) {
      await sql`create table address_remains (erased_by xid8 primary key)`.execute(db);
      await sql`
        create function note_address_remains() returns trigger language plpgsql as $$ begin
          insert into address_remains values (pg_current_xact_id()) on conflict do nothing;
          return null;
        end $$
      `.execute(db);
      await sql`
        create trigger address_remains after update or delete on held_addresses
        for each row execute function note_address_remains()
      `.execute(db);
      // What was erased before.
      await sql`insert into address_remains values (pg_current_xact_id())`.execute(db);
    },
  },
};
