// SPDX-License-Identifier: Apache-2.0
// Mutated objects at every place where one is believed, in a short form. The seed is printed; OFFPAY_SEED=<seed> runs the same
// again.
import { checkFamily, LONGEST } from './check-family.js';
import { StoppedClock } from './clock.js';
import { placesOf } from './mutated/places.js';
import { openMutatedWorld } from './mutated/world.js';
import { objectMutations } from './object-mutations.js';

const clock = new StoppedClock();

beforeAll(() => clock.install());
afterAll(() => clock.restore());

/** Changes that no reader accepts anywhere, with any signer. */
const NEVER = ['insert', 'remove'];

test(
  'no reader accepts an object that it should refuse, or refuses one that it should accept',
  async () => {
    const world = await openMutatedWorld(clock);
    const family = objectMutations(world);
    await checkFamily('mutations', family, 3000);
    const met = Object.keys(family.tally.counts);
    const meets = (place: string, how: string, end: string): boolean =>
      met.some((label) => label.startsWith(`${place}: ${how} `) && label.endsWith(end));
    for (const { name } of placesOf(world)) {
      expect([name, meets(name, 'none', 'believed')]).toEqual([name, true]);
      expect([name, meets(name, 'flip', 'refused')]).toEqual([name, true]);
      expect([name, meets(name, 'field', 'refused')]).toEqual([name, true]);
      for (const how of NEVER)
        expect([name, how, meets(name, how, 'believed')]).toEqual([name, how, false]);
    }
  },
  LONGEST,
);
