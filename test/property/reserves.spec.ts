// SPDX-License-Identifier: Apache-2.0
// Random commands about reserves, in a short form. The seed is printed; OFFPAY_SEED=<seed> runs the same again.
import { checkFamily, LONGEST } from './check-family.js';
import { StoppedClock } from './clock.js';
import { openOffice } from './office.js';
import { reserves } from './reserves.js';

const clock = new StoppedClock();

beforeAll(() => clock.install());
afterAll(() => clock.restore());

test(
  'after every command the ledger agrees with plain arithmetic, and honest parties lose nothing',
  async () => {
    const family = reserves(await openOffice(clock));
    await checkFamily('reserves', family, 300);
    if (process.env['OFFPAY_PRINT'] !== undefined) console.table(family.tally.counts);
    const verdicts = ['settled', 'duplicate', 'conflict', 'cancelled', 'claimedLate', 'overLimit'];
    const done = [
      'fund',
      'topUp',
      'settle',
      'cancel',
      'prove',
      'compensate',
      'clear',
      'report',
      'close',
      'reissue',
    ];
    expect(Object.keys(family.tally.counts)).toEqual(
      expect.arrayContaining([
        ...verdicts.map((verdict) => `verdict ${verdict}`),
        ...done.map((kind) => `${kind} ok`),
      ]),
    );
  },
  LONGEST,
);
