// SPDX-License-Identifier: Apache-2.0
// Mutated objects at every place where one is believed, in a short form. The seed is printed; OFFPAY_SEED=<seed> runs the same
// again.
import { checkFamily, LONGEST } from './check-family.js';
import { StoppedClock } from './clock.js';
import type { Change } from './mutated/changes.js';
import { placesOf } from './mutated/places.js';
import { openMutatedWorld } from './mutated/world.js';
import { objectMutations } from './object-mutations.js';

const clock = new StoppedClock();

beforeAll(() => clock.install());
afterAll(() => clock.restore());

/** Changes that no reader accepts anywhere, with any signer. */
const NEVER = ['insert', 'remove'];

/** What every place must be seen to do with a change, and the changes that are tried until it did. */
const SEEN = [
  ['none', 'believed', () => ({ how: 'none' })],
  ['flip', 'refused', (round) => ({ how: 'flip', at: 5 * round, bits: 128 })],
  [
    'field',
    'refused',
    (round) => ({ how: 'field', leaf: round, value: round, signer: 'wrong', who: round }),
  ],
] as const satisfies readonly (readonly [string, string, (round: number) => Change])[];

/** More than any place needs. */
const ROUNDS = 64;

test(
  'no reader accepts an object that it should refuse, or refuses one that it should accept',
  async () => {
    const world = await openMutatedWorld(clock);
    const family = objectMutations(world);
    await checkFamily('mutations', family, 1000);
    const meets = (place: string, how: string, end: string): boolean =>
      Object.keys(family.tally.counts).some(
        (label) => label.startsWith(`${place}: ${how} `) && label.endsWith(end),
      );
    for (const [place, { name }] of placesOf(world).entries()) {
      // What chance left out is met on purpose, so that no seed decides whether a place was tried.
      for (const [how, end, changeOf] of SEEN) {
        for (let round = 0; round < ROUNDS && !meets(name, how, end); round += 1) {
          const mutation = { place, subject: round, target: round, change: changeOf(round) };
          await family.holds(mutation);
        }
        expect([name, how, meets(name, how, end)]).toEqual([name, how, true]);
      }
      for (const how of NEVER)
        expect([name, how, meets(name, how, 'believed')]).toEqual([name, how, false]);
    }
  },
  LONGEST,
);
