// SPDX-License-Identifier: Apache-2.0
// Finding the outcome of an envelope, against scripted networks.
import { Metadata, status as grpc, type ServiceError } from '@grpc/grpc-js';
import { GatewayError, StatusCode, type Status } from '@hyperledger/fabric-gateway';
import { itemAt } from '../../../test/support/defined.js';
import { findOutcome, type OutcomeOptions } from './outcome.js';

const cause: ServiceError = Object.assign(new Error('rpc'), {
  code: grpc.UNAVAILABLE,
  details: '',
  metadata: new Metadata(),
});

const failure = (code: number): GatewayError =>
  new GatewayError({
    code,
    message: 'scripted',
    details: [],
    cause,
  });

const found = (name: keyof typeof StatusCode): Status => {
  const code = StatusCode[name];
  return { code, blockNumber: 4n, transactionId: 'tx', successful: code === StatusCode.VALID };
};

const UNAVAILABLE = failure(grpc.UNAVAILABLE);
const TIMEOUT = failure(grpc.DEADLINE_EXCEEDED);

/** Each call takes the next step of its script; the last one repeats. */
function scripted(sends: readonly ('ok' | Error)[], statuses: readonly (Status | Error)[]) {
  const calls: string[] = [];
  const step = <T>(script: readonly T[], name: string): T => {
    const index = calls.filter((call) => call.startsWith(name)).length;
    return itemAt(script, Math.min(index, script.length - 1));
  };
  return {
    calls,
    send: () => {
      const next = step(sends, 'send');
      calls.push('send');
      return next === 'ok' ? Promise.resolve() : Promise.reject(next);
    },
    status: (timeoutMs: number) => {
      const next = step(statuses, 'status');
      calls.push(`status ${timeoutMs}`);
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
  };
}

function options(changes: Partial<OutcomeOptions> = {}): OutcomeOptions {
  let now = 0;
  const pace = {
    now: () => now,
    sleep: (milliseconds: number) => {
      now += milliseconds;
      return Promise.resolve();
    },
    random: () => 1,
  };
  return { pace, outcomeMs: 5_000, statusMs: 100, probeMs: 10, sentBefore: false, ...changes };
}

test('sent and committed: one send, one question', async () => {
  const network = scripted(['ok'], [found('VALID')]);
  await expect(findOutcome(network, options())).resolves.toEqual({
    kind: 'known',
    status: found('VALID'),
  });
  expect(network.calls).toEqual(['send', 'status 100']);
});

test('an invalid transaction is known, not unknown', async () => {
  const network = scripted(['ok'], [found('MVCC_READ_CONFLICT')]);
  await expect(findOutcome(network, options())).resolves.toMatchObject({ kind: 'known' });
});

test('an answer lost while sending: the status shows that it was ordered', async () => {
  const network = scripted([UNAVAILABLE], [found('VALID')]);
  await expect(findOutcome(network, options())).resolves.toMatchObject({ kind: 'known' });
  expect(network.calls).toEqual(['send', 'status 10']);
});

test('orderers unavailable for a while: sends the same envelope again until one accepts it', async () => {
  const network = scripted([UNAVAILABLE, UNAVAILABLE, 'ok'], [TIMEOUT, TIMEOUT, found('VALID')]);
  await expect(findOutcome(network, options())).resolves.toMatchObject({ kind: 'known' });
  expect(network.calls).toEqual(['send', 'status 10', 'send', 'status 10', 'send', 'status 100']);
});

test('accepted but never seen in a block: sends again', async () => {
  const network = scripted(['ok'], [TIMEOUT, found('VALID')]);
  await findOutcome(network, options());
  expect(network.calls).toEqual(['send', 'status 100', 'send', 'status 100']);
});

test('after DUPLICATE_TXID it asks again, and the first copy counts', async () => {
  const network = scripted(['ok'], [found('DUPLICATE_TXID'), found('VALID')]);
  await expect(findOutcome(network, options())).resolves.toEqual({
    kind: 'known',
    status: found('VALID'),
  });
  expect(network.calls).toEqual(['send', 'status 100', 'status 100']);
});

test('DUPLICATE_TXID alone never counts as success', async () => {
  const network = scripted(['ok'], [found('DUPLICATE_TXID')]);
  await expect(findOutcome(network, options())).resolves.toMatchObject({ kind: 'unknown' });
});

test('refused when first sent: it will never be ordered', async () => {
  const network = scripted([failure(grpc.ABORTED)], [TIMEOUT]);
  await expect(findOutcome(network, options())).resolves.toMatchObject({ kind: 'refused' });
  expect(network.calls).toEqual(['send']);
});

test('a refusal of a later copy says nothing about the first', async () => {
  const network = scripted([UNAVAILABLE, failure(grpc.ABORTED)], [TIMEOUT]);
  await expect(findOutcome(network, options())).resolves.toMatchObject({
    kind: 'unknown',
    cause: TIMEOUT,
  });
});

test('resuming asks first, and sends only if nobody knows the transaction', async () => {
  const known = scripted(['ok'], [found('VALID')]);
  await findOutcome(known, options({ sentBefore: true }));
  expect(known.calls).toEqual(['status 10']);
  const unknown = scripted(['ok'], [TIMEOUT, found('VALID')]);
  await findOutcome(unknown, options({ sentBefore: true }));
  expect(unknown.calls).toEqual(['status 10', 'send', 'status 100']);
});

test('a refusal while resuming is no proof either', async () => {
  const network = scripted([failure(grpc.ABORTED)], [TIMEOUT]);
  await expect(findOutcome(network, options({ sentBefore: true }))).resolves.toMatchObject({
    kind: 'unknown',
  });
});

test('gives up after the time allowed', async () => {
  const network = scripted([UNAVAILABLE], [TIMEOUT]);
  const given = options();
  await expect(findOutcome(network, given)).resolves.toEqual({ kind: 'unknown', cause: TIMEOUT });
  expect(given.pace.now()).toBeGreaterThanOrEqual(5_000);
  expect(given.pace.now()).toBeLessThan(8_000);
});

test('stops asking with an identity that nobody answers', async () => {
  const network = scripted(['ok'], [failure(grpc.PERMISSION_DENIED)]);
  await expect(findOutcome(network, options())).resolves.toMatchObject({ kind: 'unknown' });
  expect(network.calls).toHaveLength(2);
});

test('stops when the caller aborts', async () => {
  const network = scripted([UNAVAILABLE], [TIMEOUT]);
  await findOutcome(network, options({ signal: AbortSignal.abort() }));
  expect(network.calls).toEqual(['send', 'status 10']);
});
