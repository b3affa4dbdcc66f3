// SPDX-License-Identifier: Apache-2.0
// The bank's node applies many blocks at once when it catches up, and one when it does not. Both make the same tables, and ask for the same
// work.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBankDatabase } from '@fabric-offline-pay/bank-node';
import { Follower, type Projection, type Work } from '@fabric-offline-pay/node-common/node';
import type { CommittedBlock } from '@fabric-offline-pay/sdk';
import { BANK, deliverySecretOf, MERCHANT } from '@fabric-offline-pay/testing';
import type { BankDatabase, BankTables } from '../../network/nodes/bank/src/database/schema.js';
import { testPlace } from '../../network/nodes/common/src/testing/test-place.js';
import { bankParts } from '../support/bank-parts.js';
import { MemoryBlocks } from '../support/memory-blocks.js';
import { OneOrder } from '../support/one-order.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';

let db: BankDatabase;
let folder: string;

beforeAll(async () => {
  stopTime();
  folder = mkdtempSync(join(tmpdir(), 'blocks-together-'));
  db = await openBankDatabase(await testPlace());
});

afterAll(async () => {
  resumeTime();
  await db.destroy();
  rmSync(folder, { recursive: true });
});

/** Orders of every kind, with what may happen to their money. */
async function life(): Promise<readonly CommittedBlock[]> {
  const order = await OneOrder.open();
  await order.buy('stepwise');
  await order.pickUp();
  await order.deliver(deliverySecretOf('ORD-1'));
  await order.rollUp();
  const { cashier } = await order.world.parties();
  await cashier.settlement.refund({ ...order.key, refundId: 'R-1', amount: '1000' });
  await order.world.payOut(MERCHANT, 'P-1', '2000');
  await order.world.dispute(order.device, 'ORD-1');
  await order.world.decide('ORD-1', 'uphold');
  await order.buy('express', { orderNumber: 'ORD-2' });
  // Of what both cause, such as a roll-up that is due, the earlier one decides.
  passSeconds(30);
  await order.buy('express', { orderNumber: 'ORD-3' });
  const blocks: CommittedBlock[] = [];
  const last = BigInt(order.memory.ledger.blocks().at(-1)?.number ?? 0);
  const source = new MemoryBlocks(order.memory.ledger);
  for await (const block of source.committedBlocks(0n, new AbortController().signal)) {
    blocks.push(block);
    if (block.number === last) break;
  }
  return blocks;
}

/** Keeps what is asked for. */
function noting() {
  const asked = new Set<string>();
  const ask: Work<BankTables>['ask'] = (_, { name }, key) =>
    Promise.resolve(void asked.add(`${name} ${key}`));
  const work = { ask, wake: () => undefined } as unknown as Work<BankTables>;
  return { asked, work };
}

async function contents(projections: readonly Projection<BankTables>[]) {
  const rows: Record<string, readonly string[]> = {};
  for (const table of [...projections.flatMap(({ tables }) => tables), 'messages'] as const) {
    const all = await db.selectFrom(table).selectAll().execute();
    rows[table] = all.map((row) => JSON.stringify(row)).sort();
  }
  return rows;
}

/** @returns the tables and what was asked for when so many blocks come at once */
async function follow(blocks: readonly CommittedBlock[], atOnce: number) {
  const { asked, work } = noting();
  const { projections } = bankParts({ db, work }, BANK, folder);
  const source = { committedBlocks: () => Promise.reject(new Error('not read')) as never };
  await new Follower<BankTables>({ db, source, projections }).rebuild();
  await db.deleteFrom('messages').execute();
  for (let from = 0; from < blocks.length; from += atOnce) {
    const some = blocks.slice(from, from + atOnce);
    await db.transaction().execute(async (transaction) => {
      for (const projection of projections)
        if (projection.applyAll !== undefined) await projection.applyAll(transaction, some);
        else for (const block of some) await projection.apply(transaction, block);
    });
  }
  return { tables: await contents(projections), asked: [...asked].sort() };
}

test('tables and work do not depend on how many blocks come at once', async () => {
  const blocks = await life();
  const single = await follow(blocks, 1);
  const filled = Object.values(single.tables).filter(({ length }) => length > 0);
  expect(filled.length).toBeGreaterThan(15);
  expect(single.asked.length).toBeGreaterThan(5);
  for (const atOnce of [2, 7, blocks.length]) expect(await follow(blocks, atOnce)).toEqual(single);
});
