// SPDX-License-Identifier: Apache-2.0
// Whether an error is a final refusal by the ledger, which a repetition would not change.
import type { ErrorCode } from '@fabric-offline-pay/domain';
import { RefusedError } from '@fabric-offline-pay/sdk';

/** @returns the code of a final refusal; undefined for one that passes and any other error, after which the call is tried again */
export const refusedWith = (error: unknown): ErrorCode | undefined =>
  error instanceof RefusedError && !error.passes ? error.code : undefined;
