// SPDX-License-Identifier: Apache-2.0
// The auditor's second line over every transaction of the table: it finds nothing, and knows every kind of row. Then one field
// corrupted per case, over every kind: what it cannot notice is a list, and a decision. OFFPAY_PRINT=1 prints that list.
import { ROWS } from '@fabric-offline-pay/domain';
import { auditMoney } from '../../network/nodes/auditor/src/money/index.js';
import { RUNS } from '../support/both-ways.js';
import { corruptionsOf } from '../support/corrupted-fields.js';
import { EveryTransaction } from '../support/every-transaction.js';
import { memoryWorld } from '../support/memory-world.js';
import { endOffline, liveOffline } from '../support/offline-lives.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';
import { SecondLine } from '../support/second-line.js';
import { UNNOTICED } from '../support/unnoticed-fields.js';

let line: SecondLine;

beforeAll(async () => {
  stopTime();
  const memory = await memoryWorld();
  line = new SecondLine(memory.ledger);
  const every = new EveryTransaction({ ...memory, passSeconds });
  await every.open();
  for (const [, run] of RUNS) {
    await every.newCustomer();
    await every.liveAllLives(run, 2);
    await every.loginAgain();
  }
  for (const live of ['deliveryGated', 'blameAll', 'everythingAroundOrders'] as const) {
    await every.newCustomer();
    await every[live]();
  }
  await liveOffline(memory, 2);
  await endOffline(memory);
});
afterAll(resumeTime);

const kindOf = ({ key }: { readonly key: string }): string => key.split('/', 1)[0] ?? '';

test('every transaction of the table is honest: nothing is found', () => {
  expect(line.findings).toEqual([]);
});

test('every kind of row of the public ledger was written', () => {
  const written = new Set(
    line.audited.flatMap(({ transaction }) => transaction.changes.map(kindOf)),
  );
  const kinds = Object.keys(ROWS).filter((kind) => kind !== 'address');
  expect(kinds.filter((kind) => !written.has(kind))).toEqual([]);
});

test('the running totals are those of the state, summed anew', () => {
  expect(line.summedAnew.sums).toEqual(line.totals.sums);
});

test('each corrupted field is found, but for those that replay alone can tell', () => {
  const missed = new Set<string>();
  for (const { field, before, transaction } of corruptionsOf(line.audited))
    if (auditMoney(before, transaction).findings.length === 0) missed.add(field);
  if (process.env['OFFPAY_PRINT'] !== undefined) console.log([...missed].sort().join('\n'));
  expect([...missed].sort()).toEqual(UNNOTICED);
});
