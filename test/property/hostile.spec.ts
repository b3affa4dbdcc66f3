// SPDX-License-Identifier: Apache-2.0
// Random hostile calls of every transaction. The seed is printed; OFFPAY_SEED=<seed> runs the same again.
import { ALL_TRANSACTIONS } from '@fabric-offline-pay/domain';
import { checkFamily } from './check-family';
import { StoppedClock } from './clock';
import { liveHistory } from './history';
import { hostile } from './hostile';

const clock = new StoppedClock();

beforeAll(() => clock.install());
afterAll(() => clock.restore());

/** Answers that say nothing of what a transaction does. */
const AT_THE_DOOR = ['ACCESS_DENIED', 'PARTICIPANT_UNKNOWN', 'INPUT_INVALID', 'CLOCK_SKEW'];

test('hostile calls are refused with a known code, or done by who may do them', async () => {
  const family = hostile(await liveHistory(clock), clock);
  await checkFamily('hostile', family, 25 * ALL_TRANSACTIONS.length);
  const met = Object.keys(family.tally.counts).map((label) => label.split(' '));
  const past = new Set(
    met.filter(([, answer]) => !AT_THE_DOOR.includes(answer ?? '')).map(([name]) => name),
  );
  expect(
    ALL_TRANSACTIONS.map(({ fullName }) => fullName).filter((name) => !past.has(name)),
  ).toEqual([]);
});
