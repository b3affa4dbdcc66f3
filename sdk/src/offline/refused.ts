// SPDX-License-Identifier: Apache-2.0
// The domain's refusals as the SDK throws them, so that a caller meets one family of errors.
import { DomainError } from '@fabric-offline-pay/domain';
import { RefusedError } from '../errors.js';

/** @throws {RefusedError} for what the domain refuses; anything else as it is. */
export function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof DomainError ? new RefusedError(error.toWire(), false, error) : error;
  }
}
