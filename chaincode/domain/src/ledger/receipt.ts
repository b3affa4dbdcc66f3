// SPDX-License-Identifier: Apache-2.0
// What a step leaves behind.
import * as z from 'zod';
import type { DeepReadonly } from '../base/deep-readonly.js';
import { instant } from '../base/identifiers.js';
import type { UnitId } from '../patent/units.js';

export const step = z.strictObject({
  /** `contract:name`. */
  transaction: z.string(),
  transactionId: z.string(),
  mspId: z.string(),
  at: instant,
  /** Digest of the input, so that a repetition is told from a contradiction. */
  inputDigest: z.string(),
  /** What the step answered, so that a repetition gets the same answer. */
  output: z.record(z.string(), z.unknown()),
});

/** What one step did to one subject: a unit, or an express leg with all its units. */
export interface Receipt extends DeepReadonly<z.output<typeof step>> {
  /** None for a step that is no unit of the patent. */
  readonly units: readonly UnitId[];
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
