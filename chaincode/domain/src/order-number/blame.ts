// SPDX-License-Identifier: Apache-2.0
// Whom a mismatch counts against: the party whose statement stands alone while the other two agree.
import type { Difference, Party } from '../ledger/order-shapes.js';
import { PARTIES } from './compare.js';

function standsAlone(party: Party, { values }: Difference): boolean {
  const [other, another] = PARTIES.filter((each) => each !== party);
  return (
    other !== undefined &&
    another !== undefined &&
    values[other] === values[another] &&
    values[party] !== values[other]
  );
}

/**
 * When all three differ, nobody can say who is wrong, so nobody is blamed. Nobody is blamed for goods whose registration
 * changed either: that difference contains no statements.
 * @returns every party that stands alone in at least one field, in the order customer, merchant, logistics
 */
export const blamedFor = (differences: readonly Difference[]): Party[] =>
  PARTIES.filter((party) => differences.some((difference) => standsAlone(party, difference)));
