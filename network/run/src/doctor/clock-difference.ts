// SPDX-License-Identifier: Apache-2.0
// How far clocks lie apart, by what each node told while it was asked.
import { CLOCK_TOLERANCE_SECONDS } from '@fabric-offline-pay/domain';
import { check, type Check } from './check.js';

/** Milliseconds since 1970. */
export interface ClockReading {
  /** By our clock: when the question left, and when the answer began. */
  readonly sentAt: number;
  readonly receivedAt: number;
  /** By the node's clock, cut to the whole second. */
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
 * By how many seconds a node's clock is ahead of ours (negative: behind), at least. 0 where the answer can be explained by
 * the time it took and the second to which it was cut.
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

/** The widest difference between any two of the clocks, this machine's included. */
export function clockCheck(clocks: readonly NodeClock[]): Check {
  if (clocks.length === 0) return check('clocks', 'not asked', 'no node told the time');
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
  const remedy = `Set the clocks by a time service (chrony, ntpd): the ledger refuses what is more than ${CLOCK_TOLERANCE_SECONDS} s off.`;
  return check('clocks', outcome, found, ...(outcome === 'ok' ? [] : [remedy]));
}
