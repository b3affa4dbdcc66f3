// SPDX-License-Identifier: Apache-2.0
// Random hostile calls of every transaction. The seed is printed; OFFPAY_SEED=<seed> runs the same again.
import { ALL_TRANSACTIONS, type NamedTransaction } from '@fabric-offline-pay/domain';
import { checkFamily, LONGEST } from './check-family.js';
import { StoppedClock } from './clock.js';
import { liveHistory } from './history.js';
import { hostile } from './hostile.js';
import type { HostileRun } from './hostile-calls.js';
import type { Family } from './property.js';

const clock = new StoppedClock();

beforeAll(() => clock.install());
afterAll(() => clock.restore());

/** Answers that say nothing of what a transaction does. */
const AT_THE_DOOR = ['ACCESS_DENIED', 'PARTICIPANT_UNKNOWN', 'INPUT_INVALID', 'CLOCK_SKEW'];

/** Those of the transactions that no call got into. */
function unreached(
  transactions: readonly NamedTransaction[],
  { tally }: Family<HostileRun>,
): NamedTransaction[] {
  const met = Object.keys(tally.counts).map((label) => label.split(' '));
  const inside = met.filter(([, answer]) => !AT_THE_DOOR.includes(answer ?? ''));
  const reached = new Set(inside.map(([name]) => name));
  return transactions.filter(({ fullName }) => !reached.has(fullName));
}

test(
  'hostile calls are refused with a known code, or the caller was entitled to them',
  async () => {
    const history = await liveHistory(clock);
    const all = hostile(history, clock);
    await checkFamily('hostile', all, 20 * ALL_TRANSACTIONS.length);
    const left = unreached(ALL_TRANSACTIONS, all);
    if (left.length === 0) return;
    const again = hostile(history, clock, left);
    await checkFamily('hostile again', again, 200 * left.length);
    expect(unreached(left, again).map(({ fullName }) => fullName)).toEqual([]);
  },
  LONGEST,
);
