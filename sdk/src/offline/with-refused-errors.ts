// SPDX-License-Identifier: Apache-2.0
// Throws the domain's refusals as errors of the SDK, so that a caller meets one family of errors.
import { DomainError } from '@fabric-offline-pay/domain';
import { RefusedError } from '../errors.js';

/** @throws {RefusedError} for the domain's refusals. Other errors pass unchanged. */
export function withRefusedErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof DomainError ? new RefusedError(error.toWire(), false, error) : error;
  }
}
