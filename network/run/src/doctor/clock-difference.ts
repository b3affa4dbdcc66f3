// SPDX-License-Identifier: Apache-2.0
// The difference of the clocks, from the time in each node's answer.
import { CLOCK_TOLERANCE_SECONDS } from '@fabric-offline-pay/domain';
import { check, type Check } from './check.js';

/** Milliseconds since 1970. */
export interface ClockReading {
  /** By our clock: when the request was sent, and when the answer began. */
  readonly sentAt: number;
  readonly receivedAt: number;
  /** By the node's clock, rounded down to a second. */
  readonly toldAt: number;
}

export interface NodeClock {
  readonly node: string;
  readonly clock: ClockReading;
}

const SECOND_MS = 1_000;
const WARNING_SECONDS = 5;
const OURS = 'this machine';

/**
 * By how many seconds a node's clock is at least ahead of ours (negative: behind). 0 when the time of the request and the rounding
 * can explain the difference.
 */
export function secondsAhead({ sentAt, receivedAt, toldAt }: ClockReading): number {
  const atLeast = toldAt - receivedAt;
  const atMost = toldAt + SECOND_MS - sentAt;
  if (atLeast > 0) return atLeast / SECOND_MS;
  return atMost < 0 ? atMost / SECOND_MS : 0;
}

const outcomeOf = (difference: number): Check['outcome'] => {
  if (difference > CLOCK_TOLERANCE_SECONDS) return 'failed';
  return difference > WARNING_SECONDS ? 'warning' : 'ok';
};

/** The largest difference between two clocks, including this machine's. */
export function clockCheck(clocks: readonly NodeClock[]): Check {
  if (clocks.length === 0) return check('clocks', 'not asked', 'no node answered its time');
  const ahead = [
    { node: OURS, seconds: 0 },
    ...clocks.map(({ node, clock }) => ({ node, seconds: secondsAhead(clock) })),
  ].sort((left, right) => left.seconds - right.seconds);
  const [slowest = { node: OURS, seconds: 0 }] = ahead;
  const fastest = ahead.at(-1) ?? slowest;
  const difference = fastest.seconds - slowest.seconds;
  const outcome = outcomeOf(difference);
  if (difference < 1)
    return check('clocks', outcome, `${clocks.length} nodes and this machine: less than 1 s apart`);
  const found = `${fastest.node} is ${difference.toFixed(1)} s ahead of ${slowest.node}`;
  const remedy = `Set the clocks with a time service (chrony, ntpd): the ledger refuses calls whose time is more than ${CLOCK_TOLERANCE_SECONDS} s off.`;
  return check('clocks', outcome, found, ...(outcome === 'ok' ? [] : [remedy]));
}
