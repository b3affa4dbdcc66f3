// SPDX-License-Identifier: Apache-2.0
// Checks the input of an operation against its schema.
import type * as z from 'zod';
import { NodeError } from './node-error.js';
import { unstorable } from './storable.js';

function fieldOf(issue: z.core.$ZodIssue | undefined): string {
  const path =
    issue?.code === 'unrecognized_keys' ? [...issue.path, 'unknown'] : (issue?.path ?? []);
  return path.map(String).join('.');
}

/**
 * @throws {NodeError} INPUT_INVALID, naming the first wrong field, never its value. No text that passes holds U+0000 or a lone surrogate,
 * whatever its schema says.
 */
export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new NodeError('INPUT_INVALID', fieldOf(parsed.error.issues[0]));
  const wrong = unstorable(parsed.data);
  if (wrong !== undefined) throw new NodeError('INPUT_INVALID', wrong.join('.'));
  return parsed.data;
}
