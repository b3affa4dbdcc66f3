// SPDX-License-Identifier: Apache-2.0
// Whether an error is a refusal by the ledger, which a repetition would not change.
import type { ErrorCode } from '@fabric-offline-pay/domain';
import { RefusedError } from '@fabric-offline-pay/sdk';

/** @returns the code of the refusal, or undefined for any other error, after which the call is tried again */
export const refusedWith = (error: unknown): ErrorCode | undefined =>
  error instanceof RefusedError ? error.code : undefined;
