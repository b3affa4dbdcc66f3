// SPDX-License-Identifier: Apache-2.0
// Random sequences of commands against the model of the money. The seed is printed; OFFPAY_SEED=<seed> runs the same again.
import { StoppedClock } from './clock.js';
import { checkFamily, LONGEST } from './check-family.js';
import { sequences } from './sequences.js';
import { openShop } from './shop.js';

const clock = new StoppedClock();

beforeAll(() => clock.install());
afterAll(() => clock.restore());

test(
  'the ledger answers and holds what the model says, command by command',
  async () => {
    const family = sequences(await openShop(clock));
    await checkFamily('sequences', family, 25);
    const met = Object.keys(family.tally.counts);
    for (const kind of [
      ...['buy', 'settle', 'capture', 'refund', 'void', 'pickUp', 'deliver'],
      ...['dispute', 'upholdDispute', 'rollUp', 'requestPayout', 'withdraw'],
    ])
      expect(met).toContain(`${kind} ok`);
  },
  LONGEST,
);
