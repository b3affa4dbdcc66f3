// SPDX-License-Identifier: Apache-2.0
// How tests say that a call is refused.
import { rejects } from 'node:assert/strict';

/** The call is refused with that code, and for that field where one is named. */
export const refused = (call: Promise<unknown>, code: string, field?: string): Promise<void> =>
  rejects(call, { code, ...(field !== undefined && { field }) });
