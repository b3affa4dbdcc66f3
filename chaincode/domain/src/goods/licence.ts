// SPDX-License-Identifier: Apache-2.0
// What a licence lets a merchant do, and whether a new licence would let it do less.
import type { Licensing } from '../ledger/catalogue-shapes.js';
import { isCategoryAllowed } from './category.js';

/** What the licence allows now: nothing after its own end date. */
const inForce = ({ active, licence, categories }: Licensing, now: number) =>
  active && licence !== null && licence.validUntil > now
    ? { categories, until: licence.validUntil }
    : { categories: [], until: 0 };

/** @returns whether the merchant could sell less or for a shorter time, or would change its organisation. */
export function narrowsLicence(before: Licensing, after: Licensing, now: number): boolean {
  const [had, has] = [inForce(before, now), inForce(after, now)];
  return (
    before.mspId !== after.mspId ||
    has.until < had.until ||
    !had.categories.every((category) => isCategoryAllowed(has.categories, category))
  );
}
