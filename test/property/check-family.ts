// SPDX-License-Identifier: Apache-2.0
// Runs a family of properties this many times, and says how to run a failure again.
import fc from 'fast-check';
import { SEED } from '../support/seeded.js';
import type { Family } from './property.js';

/** Milliseconds for a machine that is busy with other things; a quiet one needs some seconds. */
export const LONGEST = 400_000;

/** The short form, for jest. @throws {Error} with the counterexample, its seed and the command that runs it again. */
export async function checkFamily<Drawn>(
  name: string,
  { arbitrary, holds }: Family<Drawn>,
  numRuns: number,
): Promise<void> {
  console.log(`${name}: seed ${SEED}`);
  await fc.assert(fc.asyncProperty(arbitrary, holds), { seed: SEED, numRuns });
}
