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

/** What every submitted transaction answers. `replayed`: this key was used before with the same content; nothing moved. */
export const outcome = z.strictObject({
  replayed: z.boolean(),
  units: z.array(unitId).describe('units whose receipts were written'),
});

/** What a transaction on an order answers. */
export const orderOutcome = outcome.extend({ state: z.enum(ORDER_STATES) });

/** Where a list goes on, as the page before it answered. */
export const cursor = z
  .string()
  .regex(/^[A-Za-z0-9._~/-]{1,600}$/)
  .describe('`next` of the page before; absent for the first page');

/** Which page of a list, and where the next one begins. */
export const pageAfter = { after: cursor.optional() };
export const pageNext = { next: cursor.nullable().describe('null: this was the last page') };

/** A sum of amounts, which an amount's 18 digits do not limit. */
export const sum = z
  .string()
  .regex(SUM_PATTERN)
  .describe('minor units, decimal string of any length');

export const signedTerms = z.strictObject({ terms: orderTerms, signature });
