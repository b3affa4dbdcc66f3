// SPDX-License-Identifier: Apache-2.0
// Checks the input of an operation against its schema.
import type * as z from 'zod';
import { NodeError } from './node-error.js';

function fieldOf(issue: z.core.$ZodIssue | undefined): string {
  const path =
    issue?.code === 'unrecognized_keys' ? [...issue.path, 'unknown'] : (issue?.path ?? []);
  return path.map(String).join('.');
}

/** @throws {NodeError} INPUT_INVALID, naming the first wrong field, never its value. */
export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new NodeError('INPUT_INVALID', fieldOf(parsed.error.issues[0]));
}
