// SPDX-License-Identifier: Apache-2.0
// How the claims connect the units. The pipeline walks this graph, and a test compares it with the list of claims.
import type { UnitId } from './units.js';

/**
 * `then`: the next unit starts when this one is done. `encloses`: a module begins, its sub-units run in parallel, and the
 * module joins them. `gates`: the next unit may run only when this one allows it.
 */
type ArrowKind = 'then' | 'encloses' | 'gates';

interface Arrow {
  readonly from: UnitId;
  readonly to: UnitId;
  readonly kind: ArrowKind;
  /** Claim of the patent, or `description` for the one arrow that is only there. */
  readonly source: 'claim 1' | 'claim 2' | 'claim 3' | 'claim 5' | 'claim 6' | 'description';
}

const arrow = (
  from: UnitId,
  to: UnitId,
  source: Arrow['source'],
  kind: ArrowKind = 'then',
): Arrow => ({
  from,
  to,
  kind,
  source,
});

export const ARROWS: readonly Arrow[] = [
  arrow('1', '2', 'claim 1'),
  arrow('2', '3', 'claim 1'),
  arrow('3', '4', 'claim 1'),
  arrow('4', '5', 'claim 2', 'encloses'),
  arrow('4', '6', 'claim 2', 'encloses'),
  arrow('4', '7', 'claim 1'),
  arrow('1', '8', 'claim 1'),
  arrow('8', '9', 'claim 3'),
  arrow('8', '15', 'claim 3'),
  arrow('15', '16', 'claim 1'),
  arrow('9', '10', 'claim 1'),
  arrow('11', '10', 'claim 1'),
  arrow('11', '1101', 'claim 5', 'encloses'),
  arrow('11', '1102', 'claim 5', 'encloses'),
  arrow('11', '1103', 'claim 5', 'encloses'),
  arrow('11', '1104', 'claim 5', 'encloses'),
  arrow('10', '12', 'claim 1'),
  arrow('12', '13', 'claim 1'),
  arrow('13', '14', 'claim 6'),
  arrow('13', '15', 'claim 6'),
  arrow('16', '14', 'claim 6', 'gates'),
  arrow('14', '17', 'claim 1'),
  arrow('17', '18', 'claim 1'),
  arrow('18', '1', 'description'),
  arrow('14', '19', 'claim 1'),
  arrow('19', '20', 'claim 1'),
];

/** @returns the units that a module begins and joins: 4 → 5, 6; 11 → 1101…1104. */
export const enclosedBy = (unit: UnitId): UnitId[] =>
  ARROWS.filter((entry) => entry.from === unit && entry.kind === 'encloses').map(
    (entry) => entry.to,
  );

/** @returns the units that must be done before this one starts, including gates. */
export const predecessorsOf = (unit: UnitId): UnitId[] =>
  ARROWS.filter((entry) => entry.to === unit).map((entry) => entry.from);
