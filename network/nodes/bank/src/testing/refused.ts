// SPDX-License-Identifier: Apache-2.0
// A matcher for refused calls.
import { rejects } from 'node:assert/strict';

/** Expects that the call is refused with this code and, if given, for this field. */
export const expectRefused = (
  call: Promise<unknown>,
  code: string,
  field?: string,
): Promise<void> => rejects(call, { code, ...(field !== undefined && { field }) });
