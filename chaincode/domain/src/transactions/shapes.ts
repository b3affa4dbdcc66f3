// SPDX-License-Identifier: Apache-2.0
// Shapes that several transactions share.
import * as z from 'zod';
import { identifier, signature } from '../base/identifiers.js';
import { SUM_PATTERN } from '../base/money.js';
import { orderTerms } from '../ledger/order-shapes.js';
import { ORDER_STATES } from '../ledger/order-states.js';
import { UNITS, type UnitId } from '../patent/units.js';

export const unitId = z.enum(Object.keys(UNITS) as [UnitId, ...UnitId[]]);

export const loginKey = z.strictObject({ loginId: identifier });

/** The answer of every submitted transaction. `replayed`: the key was used before with the same content, and nothing changed. */
export const outcome = z.strictObject({
  replayed: z.boolean(),
  units: z.array(unitId).describe('units whose receipts were written'),
});

/** The answer of a transaction on an order. */
export const orderOutcome = outcome.extend({ state: z.enum(ORDER_STATES) });

/** Where a list goes on, from the answer of the previous page. */
export const cursor = z
  .string()
  .regex(/^[A-Za-z0-9._~/-]{1,600}$/)
  .describe('`next` of the previous page; absent for the first page');

/** The input field for the page of a list. */
export const pageAfter = { after: cursor.optional() };
export const pageNext = { next: cursor.nullable().describe('null: this was the last page') };

/** A sum of amounts. It may have more than an amount's 18 digits. */
export const sum = z
  .string()
  .regex(SUM_PATTERN)
  .describe('minor units, decimal string of any length');

export const signedTerms = z.strictObject({ terms: orderTerms, signature });
