// SPDX-License-Identifier: Apache-2.0
// Numbers where all is text: in the path and in the query.
import * as z from 'zod';
import { numberOf } from '../system/numbers.js';

/**
 * A number in a path or a query, as {@link numberOf} reads it.
 * @param schema of the number
 */
export const numberText = <Schema extends z.ZodNumber>(schema: Schema) =>
  z.preprocess((value) => (typeof value === 'string' ? (numberOf(value) ?? value) : value), schema);
