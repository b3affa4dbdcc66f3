// SPDX-License-Identifier: Apache-2.0
// The families of properties that the fuzz command runs, and how its runs are spread over them.
import type { StoppedClock } from './clock.js';
import { governing } from './governing.js';
import { liveHistory } from './history.js';
import { hostile } from './hostile.js';
import { interleavings } from './interleavings.js';
import { openMutatedWorld } from './mutated/world.js';
import { objectMutations } from './object-mutations.js';
import { openOffice } from './office.js';
import type { Family } from './property.js';
import { reserves } from './reserves.js';
import { sequences } from './sequences.js';
import { openShop } from './shop.js';

/** Per cent of all runs: each family takes about the same time, since a hostile call is short and a sequence is long. */
const SHARES = {
  hostile: 35,
  mutations: 25,
  governing: 15,
  interleavings: 10,
  sequences: 8,
  reserves: 7,
} as const;

export type FamilyName = keyof typeof SHARES;

export const FAMILY_NAMES = Object.keys(SHARES) as FamilyName[];

export const isFamilyName = (name: string): name is FamilyName => Object.hasOwn(SHARES, name);

const OPEN: Readonly<Record<FamilyName, (clock: StoppedClock) => Promise<Family>>> = {
  hostile: async (clock) => hostile(await liveHistory(clock), clock) as Family,
  governing: async (clock) => governing(await liveHistory(clock), clock) as Family,
  interleavings: async (clock) => (await interleavings(await openShop(clock))) as Family,
  sequences: async (clock) => sequences(await openShop(clock)) as Family,
  mutations: async (clock) => objectMutations(await openMutatedWorld(clock)) as Family,
  reserves: async (clock) => reserves(await openOffice(clock)) as Family,
};

/** Builds the world that the family runs in; the clock must be installed. */
export const openFamily = (name: FamilyName, clock: StoppedClock): Promise<Family> =>
  OPEN[name](clock);

/** @returns how many of the runs fall to each of the families, at least one. */
export function spread(
  runs: number,
  names: readonly FamilyName[],
): { readonly name: FamilyName; readonly runs: number }[] {
  const whole = names.reduce((sum, name) => sum + SHARES[name], 0);
  return names.map((name) => ({
    name,
    runs: Math.max(1, Math.round((runs * SHARES[name]) / whole)),
  }));
}
