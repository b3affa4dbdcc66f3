// SPDX-License-Identifier: Apache-2.0
// The receipt of a step.
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
  /** Digest of the input. It tells a repetition from a contradiction. */
  inputDigest: z.string(),
  /** The step's answer, so that a repetition gets the same answer. */
  output: z.record(z.string(), z.unknown()),
});

/** What one step did to one subject: a unit, or an express leg with all its units. */
export interface Receipt extends DeepReadonly<z.output<typeof step>> {
  /** Empty for a step that is not a unit of the patent. */
  readonly units: readonly UnitId[];
}

type Fields = Readonly<Record<string, unknown>>;

const only = (from: Fields, fields: readonly string[]): Fields =>
  Object.fromEntries(fields.map((field) => [field, from[field]]));

/** @returns the receipt as its row keeps it: without the answers that are fields of the row. */
export const keptIn = (receipt: Receipt, answers: readonly string[]): Receipt => ({
  ...receipt,
  output: Object.fromEntries(
    Object.entries(receipt.output).filter(([field]) => !answers.includes(field)),
  ),
});

/** Restores the whole receipt from its row. */
export const wholeIn = (row: object, receipt: Receipt, answers: readonly string[]): Receipt => ({
  ...receipt,
  output: { ...receipt.output, ...only(row as Fields, answers) },
});
