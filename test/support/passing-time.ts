// SPDX-License-Identifier: Apache-2.0
// Lets time pass at a test's word, for the ledger in memory: only `Date` is faked, everything else runs as it does.

const EVERYTHING_BUT_DATE: FakeableAPI[] = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
];

/** From now on time passes only by {@link passSeconds}, until the file's last test. */
export function stopTime(): void {
  jest.useFakeTimers({ now: Date.now(), doNotFake: EVERYTHING_BUT_DATE });
}

export const passSeconds = (seconds: number): void => {
  jest.setSystemTime(Date.now() + seconds * 1000);
};

export const resumeTime = (): void => {
  jest.useRealTimers();
};
