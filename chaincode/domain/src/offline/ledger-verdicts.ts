// SPDX-License-Identifier: Apache-2.0
// What the ledger answers for one voucher of a batch, with the one verdict that its batches add, and as numbers: an
// answer for hundreds of vouchers stays short.
import { describe } from '../base/error-description.js';
import { ensure } from '../base/errors.js';
import { VERDICTS } from './verdicts.js';

export const LEDGER_VERDICTS = {
  ...VERDICTS,
  wrongPurpose: describe(
    17,
    'The request is of an order to deliver, whose money is held until it matches.',
    'Place the order with the voucher.',
  ),
} as const;

/** What the ledger says of a voucher. */
export type LedgerVerdict = keyof typeof LEDGER_VERDICTS;

const NAMES = new Map(
  Object.entries(LEDGER_VERDICTS).map(([name, { number }]) => [number, name as LedgerVerdict]),
);

/** @returns the number that stands for the verdict on the ledger. */
export const verdictNumberOf = (verdict: LedgerVerdict): number => LEDGER_VERDICTS[verdict].number;

/** @throws {DomainError} NOT_FOUND for a number that is no verdict's. */
export function verdictOf(number: number): LedgerVerdict {
  const verdict = NAMES.get(number);
  ensure(verdict !== undefined, 'NOT_FOUND', { verdict: number });
  return verdict;
}
