// SPDX-License-Identifier: Apache-2.0
// `node network/nodes/bank/dist/measure-pages.js`: how long a page of a statement and ten recommendations take with few purchases and with many, and
// the ratio of both, which should be at most 1.5. Prints; needs no Fabric.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBankDatabase } from './database/open-database.js';
import type { BankDatabase } from './database/schema.js';
import { Habits } from './habits/habits.js';
import { recommend } from './habits/recommend.js';
import { statementOf } from './statements/read-statement.js';
import {
  PLANTED_HOME,
  PLANTED_NOW,
  plantedBlocks,
  plantedPurchases,
  seededNumbers,
} from './testing/planted-purchases.js';

const FEW = 1_000;
const MANY = 100_000;
const SAMPLES = 300;
const SEED = 1;

const CUSTOMER = 'customer-of-all';
const CURRENCY = 'EUR';
const MERCHANT = 'merchant-1';

/** Milliseconds between two purchases. */
const BETWEEN = 60_000;

/** Rows of one statement. */
const ROWS = 1_000;

const tell = (text: string): void => void process.stdout.write(`${text}\n`);

const entry = (number: number, part: number) => {
  const order = { merchant_id: MERCHANT, order_number: `ORD-${number}` };
  const place = { booked_at: number * BETWEEN, block: number, place: 0, part };
  const money = { amount: part === 0 ? '0' : '-100', moved: part === 0 ? '-100' : '0' };
  return {
    ...{ customer_id: CUSTOMER, currency: CURRENCY, transaction_id: `tx-${number}` },
    ...place,
    ...order,
    ...money,
    ...{ kind: part === 0 ? ('hold' as const) : ('capture' as const), reference: null },
    ...{ balance: '1', available: '1' },
  };
};

const purchase = (number: number) => ({
  ...{ merchant_id: MERCHANT, order_number: `ORD-${number}`, customer_id: CUSTOMER },
  ...{ login_id: null, currency: CURRENCY, fee: '0', total: '100', mode: 'online' as const },
  purchased_at: number * BETWEEN,
});

const line = (number: number) => ({
  ...{ merchant_id: MERCHANT, order_number: `ORD-${number}`, line: 1, gtin: '4006381333948' },
  ...{ name: 'Charger', quantity: 1, unit_price: '100' },
});

/** One customer's purchases, each with its hold and its capture. */
async function fillStatement(db: BankDatabase, count: number): Promise<void> {
  for (let from = 0; from < count; from += ROWS) {
    const numbers = Array.from(
      { length: Math.min(ROWS, count - from) },
      (_, index) => from + index,
    );
    const entries = numbers.flatMap((number) => [entry(number, 0), entry(number, 1)]);
    await db.insertInto('account_entries').values(entries).execute();
    await db.insertInto('purchases').values(numbers.map(purchase)).execute();
    await db.insertInto('purchase_lines').values(numbers.map(line)).execute();
  }
}

async function addCustomer(db: BankDatabase, customer_id: string): Promise<void> {
  const hashed = { password_hash: 'x', password_changed: false, enrolment_mac: 'x' };
  const place = { label: null, street: 'x', city: 'x', country: 'DE', ...PLANTED_HOME };
  await db
    .insertInto('customers')
    .values({ customer_id, ...hashed, enrolled_at: 1 })
    .execute();
  await db
    .insertInto('addresses')
    .values({ customer_id, number: 1, ...place })
    .execute();
}

const BLOCKS_AT_ONCE = 50;

/** @returns the customers, all with an address */
async function fillHabits(db: BankDatabase, count: number): Promise<string[]> {
  const purchases = plantedPurchases(count, SEED);
  const customers = [...new Set(purchases.map(({ customerId }) => customerId))];
  for (const customer_id of customers)
    await db.insertInto('account_owners').values({ customer_id, opened_at: 1 }).execute();
  for (const customerId of customers.slice(0, SAMPLES)) await addCustomer(db, customerId);
  const habits = new Habits();
  const blocks = [...plantedBlocks(purchases)];
  for (let from = 0; from < blocks.length; from += BLOCKS_AT_ONCE)
    await db.transaction().execute(async (transaction) => {
      for (const block of blocks.slice(from, from + BLOCKS_AT_ONCE))
        await habits.apply(transaction, block);
    });
  return customers.slice(0, SAMPLES);
}

/** @returns the 95th percentile of the milliseconds that calls took */
async function p95(count: number, call: (index: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const begun = performance.now();
    await call(index);
    times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0;
}

interface Times {
  readonly page: number;
  readonly recommendations: number;
}

/** Pages end anywhere in the customer's history. */
const measurePage = (db: BankDatabase, count: number): Promise<number> => {
  const draw = seededNumbers(SEED);
  const account = { customerId: CUSTOMER, currency: CURRENCY, from: 0, madeAt: PLANTED_NOW };
  return p95(SAMPLES, () => statementOf(db, { ...account, to: (1 + draw(count)) * BETWEEN }));
};

async function measure(count: number): Promise<Times> {
  const folder = mkdtempSync(join(tmpdir(), 'offpay-pages-'));
  const db = await openBankDatabase({ folder: join(folder, 'database') });
  try {
    await addCustomer(db, CUSTOMER);
    await fillStatement(db, count);
    const customers = await fillHabits(db, count);
    const ask = (index: number) =>
      recommend(db, customers[index % customers.length] ?? '', 10, PLANTED_NOW);
    // The first calls warm up.
    await p95(20, ask);
    await measurePage(db, count);
    return { page: await measurePage(db, count), recommendations: await p95(SAMPLES, ask) };
  } finally {
    await db.destroy();
    rmSync(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  const [few, many] = [await measure(FEW), await measure(MANY)];
  for (const what of ['page', 'recommendations'] as const)
    tell(
      `${what}: p95 ${few[what].toFixed(1)} ms at ${FEW} purchases, ` +
        `${many[what].toFixed(1)} ms at ${MANY}, ratio ${(many[what] / few[what]).toFixed(2)}`,
    );
}

void main();
