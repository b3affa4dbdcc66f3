// SPDX-License-Identifier: Apache-2.0
// Several calls of one kind in one transaction, so that most of the cost of endorsing, ordering and committing is paid once.
// On the wire, a batch is an array wherever a single call is one value: of inputs, private inputs and answers.
import * as z from 'zod';
import { isErrorCode, type ErrorCode, type WireError } from '../base/errors.js';

/** The most calls in one batch. A block of the default size has room for several such batches. */
export const MAX_BATCH = 16;

/** The result of one call of a batch. A refused call writes nothing and does not affect the others. */
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
