// SPDX-License-Identifier: Apache-2.0
// What a step leaves behind.
import type { UnitId } from '../patent/units.js';

/** What one step did to one subject: a unit, or an express leg with all its units. */
export interface Receipt {
  /** None for a step that is no unit of the patent. */
  readonly units: readonly UnitId[];
  /** `contract:name`. */
  readonly transaction: string;
  readonly transactionId: string;
  readonly mspId: string;
  readonly at: number;
  /** Digest of the input, so that a repetition is told from a contradiction. */
  readonly inputDigest: string;
  /** What the step answered, so that a repetition gets the same answer. */
  readonly output: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

const only = (from: Fields, fields: readonly string[]): Fields =>
  Object.fromEntries(fields.map((field) => [field, from[field]]));

/** @returns the receipt without what its row answers by itself: how the row keeps it. */
export const keptIn = (receipt: Receipt, answers: readonly string[]): Receipt => ({
  ...receipt,
  output: Object.fromEntries(
    Object.entries(receipt.output).filter(([field]) => !answers.includes(field)),
  ),
});

/** The whole receipt again. */
export const wholeIn = (row: object, receipt: Receipt, answers: readonly string[]): Receipt => ({
  ...receipt,
  output: { ...receipt.output, ...only(row as Fields, answers) },
});
