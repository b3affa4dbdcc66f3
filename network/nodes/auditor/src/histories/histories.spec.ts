// SPDX-License-Identifier: Apache-2.0
// The histories of a ledger in memory: each trail is whole, and the amounts in them add up to what stands on the ledger.
import { BANK, CURRENCY, MERCHANT } from '@fabric-offline-pay/testing';
import { KeptHistories } from '../../../../../test/support/kept-histories.js';
import { OneOrder } from '../../../../../test/support/one-order.js';
import { resumeTime, stopTime } from '../../../../../test/support/passing-time.js';
import { auditReader, type AuditReader } from '../api/audit-reader.js';
import { holdingsOf } from '../money/holdings.js';
import { isRow, readRow } from '../rows/read-row.js';

let order: OneOrder;
let kept: KeptHistories;
let reader: AuditReader;

beforeEach(async () => {
  stopTime();
  order = await OneOrder.open();
  kept = await KeptHistories.open();
  reader = auditReader(kept.db);
});
afterEach(async () => {
  expect(kept.findings).toEqual([]);
  await kept.close();
  resumeTime();
});

const keep = () => kept.keep(order.memory.ledger);

/** Money in the rows of the ledger, by holder, part and currency. */
async function standing(): Promise<Record<string, string>> {
  const sums = new Map<string, bigint>();
  for (const [key, value] of order.memory.ledger.state()) {
    const row = readRow(key, Buffer.from(value));
    if (!isRow(row) || row.kind === 'supply') continue;
    const holder = key.split('/')[1] ?? '';
    for (const { part, currency, units } of holdingsOf(row)) {
      const named = part === 'held' ? part : `${holder}/${part}`;
      const name = `${named}/${currency}`;
      sums.set(name, (sums.get(name) ?? 0n) + units);
    }
  }
  return textsOf(sums);
}

const textsOf = (sums: ReadonlyMap<string, bigint>): Record<string, string> =>
  Object.fromEntries(
    [...sums].filter(([, sum]) => sum !== 0n).map(([name, sum]) => [name, sum.toString()]),
  );

/** The same, out of all changes. */
async function summed(): Promise<Record<string, string>> {
  const rows = await kept.db.selectFrom('money_changes').selectAll().execute();
  const sums = new Map<string, bigint>();
  for (const { holder, part, currency, delta } of rows) {
    const named = part === 'held' ? part : `${holder}/${part}`;
    const name = `${named}/${currency}`;
    sums.set(name, (sums.get(name) ?? 0n) + BigInt(delta));
  }
  return textsOf(sums);
}

describe.each([
  ['stepwise', 'orderNumber:openBasket'],
  ['express', 'express:quote'],
] as const)('the %s order', (way, first) => {
  test('has a trail of all its steps, the last of them with all amounts', async () => {
    await order.buy(way);
    await keep();
    const { entries, next } = await reader.readOrder({ ...order.key });
    expect(next).toBeNull();
    expect(entries.at(0)).toMatchObject({ name: first });
    const last = entries.findLast(({ state }) => state !== null);
    const { hold } = await (await order.world.bank('bank-node')).orderNumber.readOrder(order.key);
    expect(last).toMatchObject({
      ...{ state: 'released', currency: CURRENCY, byRole: 'bank-node', byActor: BANK },
      ...{ authorised: hold?.authorised, captured: hold?.captured, released: '4980' },
    });
  });

  test('leaves changes of money that add up to what stands on the ledger', async () => {
    await order.buy(way);
    await order.pickUp();
    await order.rollUp();
    await keep();
    expect(await summed()).toEqual(await standing());
  });
});

test('pieces of blocks leave the same rows as all blocks at once', async () => {
  await keep();
  await order.buy('express');
  await keep();
  await order.rollUp();
  await keep();
  const atOnce = await KeptHistories.open();
  await atOnce.keep(order.memory.ledger);
  for (const table of ['money_changes', 'order_steps', 'votes', 'supplies'] as const) {
    const [some, all] = await Promise.all(
      [kept, atOnce].map(({ db }) =>
        db
          .selectFrom(table)
          .selectAll()
          .orderBy('block')
          .orderBy('place')
          .orderBy('number')
          .execute(),
      ),
    );
    expect(some?.length).toBeGreaterThan(0);
    expect(some).toEqual(all);
  }
  await atOnce.close();
});

test('the histories of account and payee are read apart, in pages and by blocks', async () => {
  await order.buy('express');
  await keep();
  const all = await reader.readAccount({ customerId: 'customer-1' });
  expect(all.entries.map(({ part }) => part)).toEqual(
    expect.arrayContaining(['available', 'held']),
  );
  const first = await reader.readAccount({ customerId: 'customer-1', limit: 1 });
  const rest = await reader.readAccount({ customerId: 'customer-1', after: first.next ?? '' });
  expect([...first.entries, ...rest.entries]).toEqual(all.entries);
  const block = all.entries.at(-1)?.block ?? 0;
  const later = await reader.readAccount({ customerId: 'customer-1', from: block, to: block });
  expect(later.entries.length).toBeGreaterThan(0);
  expect(later.entries.every((entry) => entry.block === block)).toBe(true);
  const payee = await reader.readPayee({ payeeId: MERCHANT, currency: CURRENCY });
  expect(payee.entries.map(({ part, delta }) => [part, delta])).toContainEqual(['credits', '4980']);
});

test('a time is a range as well', async () => {
  await keep();
  const now = Math.floor(Date.now() / 1000);
  const before = await reader.listSupplies({ until: now - 3_600 });
  const since = await reader.listSupplies({
    since: now - 3_600,
    kind: 'issue',
    currency: CURRENCY,
  });
  expect([before.entries, since.entries.length]).toEqual([[], 1]);
});

test('a dispute stands as it was decided, and with everything that became of it', async () => {
  await order.buy('express');
  await order.world.dispute(order.device, 'ORD-1');
  await order.world.decide('ORD-1', 'uphold');
  await keep();
  const newest = await reader.listDisputes({ merchantId: MERCHANT });
  expect(newest.entries).toMatchObject([{ state: 'upheld', byRole: 'operator', bankId: BANK }]);
  const all = await reader.listDisputes({ history: 'all' });
  expect(all.entries.map(({ state }) => state)).toEqual(['open', 'upheld']);
});

test('a rejected dispute is told from an upheld one', async () => {
  await order.buy('express');
  await order.world.dispute(order.device, 'ORD-1');
  await order.world.decide('ORD-1', 'reject');
  await keep();
  expect((await reader.listDisputes({})).entries).toMatchObject([
    { state: 'rejected', refunded: '0' },
  ]);
});

test('an alarm is listed with its decision', async () => {
  await order.buy('express', { merchantStatement: { goodsTotal: '1' } }).catch(() => undefined);
  const operator = await order.world.bank('operator');
  await operator.alarm.resolve({ ...order.key, reason: 'explained' });
  await keep();
  const all = await reader.listAlarms({ history: 'all' });
  expect(all.entries.map(({ state }) => state)).toEqual(['open', 'resolved']);
  expect((await reader.listAlarms({ state: 'open' })).entries).toEqual([]);
  expect((await reader.listAlarms({ state: 'resolved' })).entries).toMatchObject([
    { reason: 'explained', blamed: '["merchant"]', byRole: 'operator' },
  ]);
});

test('votes and participants are those of the registry', async () => {
  await keep();
  const { entries } = await reader.listVotes({});
  expect(entries.at(-1)).toMatchObject({ name: 'identity:bootstrap', outcome: 'carried' });
  const participants = await reader.listParticipants({ mspId: 'BankMSP' });
  expect(participants.entries).toMatchObject([{ role: 'bank', actor: BANK, status: 'active' }]);
});

test('a block and its transactions are decoded, rows before and after', async () => {
  await order.buy('express');
  await keep();
  const { entries } = await reader.readOrder({ ...order.key });
  const { transactionId = '', block = 0 } = entries.at(-1) ?? {};
  // What the audit itself keeps of transactions is not kept here.
  await kept.db
    .insertInto('audited_transactions')
    .values({
      ...{ block, place: 0, id: transactionId, kind: 'call', chaincode: 'offline-pay' },
      ...{ name: 'express:settle', msp_id: 'BankMSP', at: Date.now(), noted: 0, outcome: 'VALID' },
    })
    .execute();
  const { transactions } = await reader.readTransaction({ transactionId });
  expect(transactions).toMatchObject([
    {
      ...{ block, noted: 'VALID', outcome: 'VALID' },
      content: { function: 'express:settle', sender: { mspId: 'BankMSP', role: 'bank-node' } },
    },
  ]);
  const written = transactions[0]?.content.rows.find(({ key }) => key.startsWith('order/'));
  expect(JSON.parse(written?.after ?? '')).toMatchObject({ state: 'released' });
  expect(await reader.readBlock({ block })).toMatchObject({ transactions: [{ transactionId }] });
  const listed = await reader.listTransactions({ name: 'express:settle', mspId: 'BankMSP' });
  expect(listed.transactions).toMatchObject([{ transactionId }]);
});

test('what is not there is not found', async () => {
  await expect(reader.readTransaction({ transactionId: 'none' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  await expect(reader.readBlock({ block: 9 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(reader.readSupply({})).rejects.toMatchObject({ code: 'NOTHING_AUDITED' });
  expect(await reader.readOrder({ merchantId: 'm', orderNumber: 'n' })).toEqual({
    entries: [],
    next: null,
  });
});
