// SPDX-License-Identifier: Apache-2.0
// The auditor's second line in random lives. The seed is printed; OFFPAY_SEED=<seed> runs the same again.
import { StoppedClock } from './clock.js';
import { checkFamily, LONGEST } from './check-family.js';
import { openOffice } from './office.js';
import { reserves } from './reserves.js';
import { watched } from './second-line.js';
import { sequences } from './sequences.js';
import { openShop } from './shop.js';

const clock = new StoppedClock();

beforeAll(() => clock.install());
afterAll(() => clock.restore());

const WHAT =
  'an auditor finds nothing, sums what the chaincode sums, and in the end nothing is owed';

test(
  `orders: ${WHAT}`,
  async () => {
    const shop = await openShop(clock);
    const family = watched(sequences(shop, 60), shop.ledgers, ({ undecided }) => undecided, clock);
    await checkFamily('sequences', family, 15);
    for (const kind of ['hold.expire', 'hold.return'])
      expect([kind, family.tally.of(kind) > 0]).toEqual([kind, true]);
  },
  LONGEST,
);

test(
  `reserves: ${WHAT}`,
  async () => {
    const office = await openOffice(clock);
    const family = watched(reserves(office, 40), office.ledgers, ({ bearer }) => bearer, clock);
    await checkFamily('reserves', family, 40);
    expect(family.tally.of('reserve.close')).toBeGreaterThan(0);
  },
  LONGEST,
);
