// SPDX-License-Identifier: Apache-2.0
// Which refusals pass: they tell of the node that answered, or of the caller's clock, and nothing of what was asked.
import type { ErrorCode } from './errors.js';

const PASSING: readonly ErrorCode[] = ['CLOCK_SKEW', 'INTERNAL', 'LEDGER_VERSION_OTHER'];

/** @returns whether the same call may be answered otherwise once a clock or a node was set right. Any other refusal is final for this call. */
export const isPassing = (code: ErrorCode): boolean => PASSING.includes(code);
