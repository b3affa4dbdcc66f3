// SPDX-License-Identifier: Apache-2.0
// A node's operation as a transaction: the same result, the same refusals, the same counts.
import { RefusedError, Statistics, UnavailableError } from '@fabric-offline-pay/sdk';
import { ledgerStep, withPlace } from './ledger-step.js';
import type { CallOptions } from './node-client.js';
import { CodedError, NodeError } from './node-error.js';

const RESULT = { state: 'released', replayed: false };
const TRANSACTION = {
  result: RESULT,
  transactionId: 'a'.repeat(64),
  blockNumber: 7n,
  attempts: 3,
  durationMs: 1,
};

test('what a transaction answers comes back as it was, and counts as one', async () => {
  const statistics = new Statistics();
  const keys: (string | undefined)[] = [];
  const step = ledgerStep((_: object, { idempotencyKey }: CallOptions) => {
    keys.push(idempotencyKey);
    return Promise.resolve(withPlace(TRANSACTION));
  }, statistics);
  const { durationMs, ...answer } = await step({});
  await step({});
  expect({ ...answer, durationMs: 1 }).toEqual(TRANSACTION);
  expect(durationMs).toBeGreaterThanOrEqual(0);
  expect(new Set(keys).size).toBe(2);
  expect(statistics.snapshot()).toMatchObject({ submitted: 2, committed: 2, conflictsRetried: 4 });
});

const failing = (error: Error) => ledgerStep((): Promise<never> => Promise.reject(error));

const texts = { meaning: 'no money', remedy: 'top up', status: 409 };

test('a refusal of the ledger is one, with its code and field', async () => {
  const refused = failing(new CodedError('INSUFFICIENT_FUNDS', texts, { field: 'terms' }))({});
  await expect(refused).rejects.toBeInstanceOf(RefusedError);
  await expect(refused).rejects.toMatchObject({
    code: 'INSUFFICIENT_FUNDS',
    details: { field: 'terms' },
  });
});

test.each(['LEDGER_UNAVAILABLE', 'SERVICE_UNREACHABLE'] as const)(
  '%s says that the same call is safe',
  async (code) => {
    await expect(failing(new NodeError(code))({})).rejects.toBeInstanceOf(UnavailableError);
  },
);

test('any other refusal of the node stays what it is', async () => {
  const error = new NodeError('ACCESS_DENIED');
  const own = new CodedError('ADDRESSES_NOT_HELD', texts, {});
  await expect(failing(own)({})).rejects.toBe(own);
  await expect(failing(error)({})).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
});
