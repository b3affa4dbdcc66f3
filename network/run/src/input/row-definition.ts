// SPDX-License-Identifier: Apache-2.0
// What defines a kind of file: its columns, how a row of cells becomes a typed row, and what makes a row unique.
import { parseDecimal, type Amount, type Currency } from '@fabric-offline-pay/domain';
import * as z from 'zod';
import type { InputProblemCode } from './problem.js';

/** One kind of file. */
export interface RowDefinition<Row> {
  /** The cells by header name; the JSON Schema is made from it. */
  readonly columns: z.ZodObject<Record<string, z.ZodType>>;
  /** From cells to the typed row. */
  readonly schema: z.ZodType<Row>;
  /** The column that the problem names when {@link key} is not unique. */
  readonly keyColumn: string;
  /** What no second row may repeat; undefined when repetition is legitimate. */
  readonly key: ((row: Row) => string) | undefined;
}

type RowContext = z.core.$RefinementCtx;

/** Reports a problem that shows only when several cells of a row are seen together. */
export function rowIssue(context: RowContext, field: string, code: InputProblemCode): void {
  context.addIssue({ code: 'custom', path: [field], params: { code } });
}

/** @returns minor units, or `"0"` after reporting that the decimal does not fit the currency. */
export function toMinorUnits(
  context: RowContext,
  field: string,
  decimal: string,
  currency: Currency,
): Amount {
  try {
    return parseDecimal(decimal, currency);
  } catch {
    rowIssue(context, field, 'INPUT_BAD_MONEY');
    return '0';
  }
}
