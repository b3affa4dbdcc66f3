// SPDX-License-Identifier: Apache-2.0
// Verdicts as numbers: an answer for hundreds of vouchers stays short.
import { ensure } from '../base/errors.js';
import { VERDICTS, type Verdict } from './verdicts.js';

const NAMES = new Map(
  Object.entries(VERDICTS).map(([name, { number }]) => [number, name as Verdict]),
);

export const verdictNumberOf = (verdict: Verdict): number => VERDICTS[verdict].number;

/** @throws {DomainError} NOT_FOUND for a number that is no verdict's. */
export function verdictOf(number: number): Verdict {
  const verdict = NAMES.get(number);
  ensure(verdict !== undefined, 'NOT_FOUND', { verdict: number });
  return verdict;
}
