// SPDX-License-Identifier: Apache-2.0
// Several calls of one kind in one transaction: whoever endorses, orders and commits them pays most of the price once.
// On the wire a batch is an array where a call is one value: of inputs, of private inputs, and of answers.
import * as z from 'zod';
import { isErrorCode, type ErrorCode, type WireError } from '../base/errors.js';

/** Calls in one batch, at most: what a block of the default size holds several of. */
export const MAX_BATCH = 16;

/** What became of one call of a batch. A refused one leaves nothing and hinders none of the others. */
export type BatchAnswer = { readonly output: unknown } | { readonly refusal: WireError };

const refusal = z.strictObject({
  code: z.custom<ErrorCode>(isErrorCode),
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
});

/** The answer of a whole batch. */
export const batchAnswers: z.ZodType<BatchAnswer[]> = z.array(
  z.union([z.strictObject({ output: z.unknown() }), z.strictObject({ refusal })]),
);
