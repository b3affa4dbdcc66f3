// SPDX-License-Identifier: Apache-2.0
// Numbers where all is text: in the path and in the query.
import * as z from 'zod';

/** As JSON writes numbers (RFC 8259, 6). */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * A number in a path or a query. JavaScript's own conversion would take an empty text for 0, and `0x10` for 16.
 * @param schema of the number
 */
export const numberText = <Schema extends z.ZodNumber>(schema: Schema) =>
  z.preprocess(
    (value) => (typeof value === 'string' && NUMBER.test(value) ? Number(value) : value),
    schema,
  );
