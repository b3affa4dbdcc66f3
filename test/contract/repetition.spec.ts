// SPDX-License-Identifier: Apache-2.0
// Every submitted transaction of the table, called again: the same content is answered from what stands there, and moves
// nothing; other content under the same natural key is refused, or is what shall be from now on.
import { ALL_TRANSACTIONS, transactionNamed } from '@fabric-offline-pay/domain';
import { runExpress, runStepwise } from '@fabric-offline-pay/sdk';
import { memoryNetwork } from '@fabric-offline-pay/testing';
import { defined } from '../support/defined.js';
import { EveryTransaction } from '../support/every-transaction.js';
import { endOffline, liveOffline } from '../support/offline-lives.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';
import { RepeatingLedger, type Repeated } from '../support/repeating-ledger.js';

let repeated: readonly Repeated[];

/** Once there is a registry, nobody can found another: even a founder gets this refusal. */
const FOUNDED = ['identity:bootstrap'];

/** A vote that was never given is taken back already. */
const TAKEN_BACK = 'identity:withdrawVote';

beforeAll(async () => {
  stopTime();
  let ledger: RepeatingLedger | undefined;
  const memory = await memoryNetwork({
    makeLedger: (options) => (ledger = new RepeatingLedger(options)),
  });
  const every = new EveryTransaction({ ...memory, passSeconds });
  await every.open();
  for (const run of [runStepwise, runExpress]) {
    await every.newCustomer();
    await every.liveAllLives(run, 1);
    await every.loginAgain();
  }
  await every.newCustomer();
  await every.deliveryGated();
  await every.newCustomer();
  await every.changedGoods(1);
  await every.newCustomer();
  await liveOffline(memory, 1);
  await endOffline(memory);
  await every.newCustomer();
  await every.everythingAroundOrders();
  repeated = defined(ledger, 'ledger').repeated;
}, 300_000);
afterAll(resumeTime);

const SUBMITTED = ALL_TRANSACTIONS.filter(({ kind }) => kind === 'submit');

const repetition = ({ transaction }: Repeated) =>
  transactionNamed(...(transaction.split(':') as [string, string]))?.repeat;

test('every submitted transaction was called again', () => {
  const called = new Set(repeated.map(({ transaction }) => transaction));
  expect(SUBMITTED.map(({ fullName }) => fullName).filter((name) => !called.has(name))).toEqual([]);
});

test('the same content again is replayed with the first answer, and writes nothing', () => {
  const same = repeated.filter(
    (each) =>
      each.content === 'same' &&
      repetition(each)?.by !== 'always' &&
      !FOUNDED.includes(each.transaction),
  );
  const wrong = same.filter(
    (each) =>
      each.answer !== 'replayed' ||
      each.writes > 0 ||
      (repetition(each)?.by === 'receipt' && !each.sameResult),
  );
  expect(wrong).toEqual([]);
});

test('other content under the same key is a conflict, where a call leaves a receipt', () => {
  const other = repeated.filter(
    (each) => each.content !== 'same' && repetition(each)?.by === 'receipt',
  );
  expect(other.length).toBeGreaterThan(15);
  expect(other.filter(({ answer }) => answer !== 'IDEMPOTENCY_CONFLICT')).toEqual([]);
});

test('other content is carried out, where a call says what shall be', () => {
  const other = repeated.filter(
    (each) =>
      each.content !== 'same' &&
      repetition(each)?.by === 'state' &&
      each.transaction !== TAKEN_BACK,
  );
  expect(other.some(({ answer }) => answer === 'done')).toBe(true);
  expect(other.filter(({ answer }) => answer === 'replayed')).toEqual([]);
});
