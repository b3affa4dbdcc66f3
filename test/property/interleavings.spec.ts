// SPDX-License-Identifier: Apache-2.0
// Random interleavings of clients. The seed is printed; OFFPAY_SEED=<seed> runs the same again.
import { checkFamily, LONGEST } from './check-family.js';
import { StoppedClock } from './clock.js';
import { interleavings } from './interleavings.js';
import { openShop } from './shop.js';

const clock = new StoppedClock();

beforeAll(() => clock.install());
afterAll(() => clock.restore());

test(
  'concurrent calls of clients have the same result as calls one after the other',
  async () => {
    const family = await interleavings(await openShop(clock));
    await checkFamily('interleavings', family, 200);
    const ends = Object.keys(family.tally.counts).map((label) => label.split(' ')[1]);
    for (const end of ['VALID', 'MVCC_READ_CONFLICT', 'refused']) expect(ends).toContain(end);
  },
  LONGEST,
);
