// SPDX-License-Identifier: Apache-2.0
// What a person reads when nodes do not answer: the failure's own code and advice, the silent nodes, and where to look.
import { NetworkError } from '@fabric-offline-pay/node-common';
import { UnavailableError } from '@fabric-offline-pay/sdk';
import { exitCodeOf } from './exit-codes.js';
import { UnansweredError } from './with-clients.js';

const unavailable = new UnavailableError({ reason: 'deadline' });

test('names the nodes that do not answer; code and exit code stay those of the failure', () => {
  const told = new UnansweredError(unavailable, ['bank-peer', 'bank-ca']);
  expect(told).toMatchObject({
    code: 'NETWORK_UNAVAILABLE',
    message: `${unavailable.message} Not answering: bank-peer, bank-ca.`,
    details: { reason: 'deadline', notAnswering: ['bank-peer', 'bank-ca'] },
  });
  expect(exitCodeOf(told.code)).toBe(3);
  expect(told.remedy).toMatch(new RegExp(`^${unavailable.remedy} npx offpay doctor`));
});

test('names no node when all answer', () => {
  expect(new UnansweredError(unavailable, []).message).toBe(unavailable.message);
});

test.each([
  [{ advice: 'Try later.' }, /^Try later\. npx offpay doctor/],
  [{}, /^npx offpay doctor/],
])('puts the advice of the failure first: %j', (options, remedy) => {
  const failed = new NetworkError('PROGRAM_FAILED', 'The client failed.', options);
  expect(new UnansweredError(failed, []).remedy).toMatch(remedy);
});
