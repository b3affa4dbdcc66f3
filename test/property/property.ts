// SPDX-License-Identifier: Apache-2.0
// What the short tests and the long command share of a family of properties: what is drawn, and what must hold of it.
import type fc from 'fast-check';
import type { Tally } from './tally.js';

/** One family: `holds` throws when what was drawn breaks the property. */
export interface Family<Drawn = unknown> {
  readonly arbitrary: fc.Arbitrary<Drawn>;
  readonly holds: (drawn: Drawn) => Promise<void>;
  /** What the runs so far met. */
  readonly tally: Tally;
}

/** The property does not hold. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

export function must(condition: boolean, why: string, found?: unknown): asserts condition {
  if (!condition)
    throw new Violation(found === undefined ? why : `${why}\n${JSON.stringify(found, null, 2)}`);
}
