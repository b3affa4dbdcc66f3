// SPDX-License-Identifier: Apache-2.0
import { OutcomeUnknownError } from '@fabric-offline-pay/sdk';
import { OutcomeLeftOpenError } from './by-hand/outcome-left-open.js';
import { runInterruptible, runResumable } from './interrupt.js';

const told: string[] = [];

beforeEach(() => {
  told.length = 0;
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told.push(String(text));
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = 0;
});

/** Work that Ctrl-C ends with this error. */
const waiting = (end: Error) => (signal: AbortSignal) =>
  new Promise<void>((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(end);
    });
    process.emit('SIGINT');
  });

test('says that nothing was sent, whichever layer noticed first', async () => {
  await runInterruptible(waiting(new Error('The operation was aborted')));
  expect(told.join('')).toContain('INTERRUPTED: The command was interrupted before');
  expect(process.exitCode).toBe(130);
});

test('names the transaction and what to do after something was sent', async () => {
  const unknown = new OutcomeUnknownError('tx-1', new Uint8Array());
  await runInterruptible(waiting(new OutcomeLeftOpenError(unknown)));
  expect(told.join('')).toMatch(
    /OUTCOME_UNKNOWN: .*\n.*"transactionId":"tx-1".*\n.*Run the same command again/,
  );
  expect(process.exitCode).toBe(130);
});

test('ends with code 1 for other failures, and removes its listener', async () => {
  const before = process.listenerCount('SIGINT');
  const refused = Object.assign(new Error('no'), { code: 'NOT_FOUND' });
  await runInterruptible(() => Promise.reject(refused));
  expect(process.exitCode).toBe(1);
  expect(process.listenerCount('SIGINT')).toBe(before);
});

test('does not fail when the work succeeds in spite of Ctrl-C', async () => {
  await runInterruptible(() => {
    process.emit('SIGINT');
    return Promise.resolve();
  });
  expect(process.exitCode).toBe(0);
});

test('ends repeatable work at once, and says how to continue', async () => {
  const before = process.listenerCount('SIGINT');
  const exit = jest.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  await runResumable(() => {
    process.emit('SIGINT');
    return Promise.resolve();
  });
  expect(exit).toHaveBeenCalledTimes(1);
  expect(process.exitCode).toBe(130);
  expect(told.join('')).toMatch(/^LEFT_HALFWAY: .+ What it did stays\.\n.+--keep/);
  expect(process.listenerCount('SIGINT')).toBe(before);
});
