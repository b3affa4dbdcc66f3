// SPDX-License-Identifier: Apache-2.0
// Tables that hold nothing but what blocks say.
import {
  createIdempotency,
  createPosition,
  type Migrations,
} from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';
import { createTable, type Columns } from './columns.js';

type TableDefinition = readonly [name: string, columns: Columns, key: readonly string[]];

const TABLES: readonly TableDefinition[] = [
  [
    'followed_merchants',
    { merchant_id: 'id', msp_id: 'text', bank_id: 'id', active: 'flag' },
    ['merchant_id'],
  ],
  [
    'followed_orders',
    {
      merchant_id: 'id',
      order_number: 'id',
      state: 'word',
      verification: 'word',
      delivery: 'word',
      currency: 'word?',
      total: 'money?',
      lines: 'text',
      uncaptured: 'money',
      expires_at: 'time?',
      dispute_id: 'id?',
      shown: 'text',
      first_at: 'time',
      changed_at: 'time',
      block: 'time',
    },
    ['merchant_id', 'order_number'],
  ],
  [
    'followed_disputes',
    {
      merchant_id: 'id',
      order_number: 'id',
      dispute_id: 'id',
      opened_at: 'time',
      withheld: 'money',
      outcome: 'word',
      decided_at: 'time?',
    },
    ['merchant_id', 'order_number', 'dispute_id'],
  ],
  [
    'payee_balances',
    { payee_id: 'id', currency: 'word', balance: 'money', withheld: 'money', owed: 'money' },
    ['payee_id', 'currency'],
  ],
  [
    'payee_credits',
    {
      payee_id: 'id',
      currency: 'word',
      credit_key: 'text',
      amount: 'money',
      reference: 'text',
      at: 'time',
      rolled_up: 'flag',
    },
    ['payee_id', 'currency', 'credit_key'],
  ],
  [
    'payee_movements',
    {
      payee_id: 'id',
      currency: 'word',
      block: 'time',
      transaction_index: 'count',
      ordinal: 'count',
      transaction_id: 'id',
      at: 'time',
      kind: 'word',
      amount: 'money',
      reference: 'text?',
      total_after: 'money',
    },
    ['payee_id', 'currency', 'block', 'transaction_index', 'ordinal'],
  ],
  [
    'payouts',
    {
      payee_id: 'id',
      currency: 'word',
      redeem_id: 'id',
      amount: 'money',
      requested_at: 'time',
      paid_at: 'time?',
    },
    ['payee_id', 'currency', 'redeem_id'],
  ],
  [
    'followed_goods',
    {
      merchant_id: 'id',
      gtin: 'word',
      category: 'word',
      price: 'money',
      currency: 'word',
      origin: 'word',
      certificate: 'id',
      weight_grams: 'count',
      latitude: 'count',
      longitude: 'count',
      withdrawn: 'flag',
      digest: 'text',
      changed_at: 'time',
    },
    ['merchant_id', 'gtin'],
  ],
  [
    'offline_batches',
    {
      merchant_id: 'id',
      batch_id: 'id',
      currency: 'word',
      payments: 'count',
      amount: 'money',
      transaction_id: 'id',
      at: 'time',
    },
    ['merchant_id', 'batch_id'],
  ],
  [
    'offline_payments',
    {
      merchant_id: 'id',
      order_number: 'id',
      batch_id: 'id',
      customer_id: 'id',
      device_id: 'id',
      epoch: 'count',
      counter: 'count',
      currency: 'word',
      amount: 'money',
      refunded: 'money',
      at: 'time',
    },
    ['customer_id', 'device_id', 'epoch', 'counter'],
  ],
];

async function index(db: Kysely<unknown>, table: string, columns: readonly string[]) {
  const name = `${table}_${columns.join('_')}`;
  await db.schema
    .createIndex(name)
    .on(table)
    .columns([...columns])
    .execute();
}

export const FOLLOWED_MIGRATIONS: Migrations = {
  '0001-followed': {
    up: async (db: Kysely<unknown>) => {
      await createPosition(db);
      await createIdempotency(db);
      for (const table of TABLES) await createTable(db, ...table);
      await index(db, 'followed_orders', ['state']);
      await index(db, 'payee_movements', ['at']);
      await index(db, 'offline_payments', ['merchant_id', 'order_number']);
    },
  },
};
