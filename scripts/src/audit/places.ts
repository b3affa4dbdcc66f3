// SPDX-License-Identifier: Apache-2.0
// Where on the ledger a question begins and ends, as a person writes it: the number of a block, or a time.
import { InvalidArgumentError } from 'commander';

/** A block, or seconds since 1970. */
export type LedgerPlace = { readonly block: number } | { readonly second: number };

const HIGHEST_BLOCK = 2_147_483_647;

/** @throws {InvalidArgumentError} for anything but a block's number from 0 on, or a time as in ISO 8601 */
export function parsePlace(text: string): LedgerPlace {
  if (/^\d{1,10}$/.test(text) && Number(text) <= HIGHEST_BLOCK) return { block: Number(text) };
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new InvalidArgumentError(
      'Write the number of a block, or a time such as 2026-11-30T15:00:00Z.',
    );
  return { second: Math.floor(time / 1000) };
}

/** What nodes take for a range. */
export interface AskedRange {
  readonly from?: number;
  readonly to?: number;
  readonly since?: number;
  readonly until?: number;
}

/** @returns the range from the first place to the last, each absent where it is open */
export const rangeOf = (
  from: LedgerPlace | undefined,
  to: LedgerPlace | undefined,
): AskedRange => ({
  ...(from !== undefined && ('block' in from ? { from: from.block } : { since: from.second })),
  ...(to !== undefined && ('block' in to ? { to: to.block } : { until: to.second })),
});
