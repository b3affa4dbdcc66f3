// SPDX-License-Identifier: Apache-2.0
// The ledger's verdicts for vouchers of a batch: those of the rules, and one that only batches give. They are numbers too,
// so that an answer for hundreds of vouchers stays short.
import { describe } from '../base/error-description.js';
import { ensure } from '../base/errors.js';
import { keysOf } from '../base/keys-of.js';
import { VERDICTS } from './verdicts.js';

export const LEDGER_VERDICTS = {
  ...VERDICTS,
  wrongPurpose: describe(
    17,
    'The request is for an order to deliver. Its money is held until the order matches.',
    'Place the order with the voucher.',
  ),
} as const;

/** The ledger's verdict on a voucher. */
export type LedgerVerdict = keyof typeof LEDGER_VERDICTS;

const NAMES: ReadonlyMap<number, LedgerVerdict> = new Map(
  keysOf(LEDGER_VERDICTS).map((name) => [LEDGER_VERDICTS[name].number, name]),
);

/** @returns the verdict's number on the ledger. */
export const verdictNumberOf = (verdict: LedgerVerdict): number => LEDGER_VERDICTS[verdict].number;

/** @throws {DomainError} NOT_FOUND when no verdict has this number. */
export function verdictOf(number: number): LedgerVerdict {
  const verdict = NAMES.get(number);
  ensure(verdict !== undefined, 'NOT_FOUND', { verdict: number });
  return verdict;
}
