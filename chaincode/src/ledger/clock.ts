// SPDX-License-Identifier: Apache-2.0
// The only clock of the chaincode. It uses the proposal's time, so that endorsers agree. A client may write any time there,
// so every endorser refuses a time that is far from its own clock. The endorser's clock is never written.
import type { Context } from 'fabric-contract-api';
import { CLOCK_TOLERANCE_SECONDS, ensure } from '@fabric-offline-pay/domain';

/**
 * @returns the proposal's time in whole seconds since 1970.
 * @throws {DomainError} CLOCK_SKEW when a submitted proposal is more than 60 s from this endorser's clock.
 */
export function proposalTime(
  stub: Context['stub'],
  kind: 'submit' | 'evaluate',
  endorserNow = Date.now(),
): number {
  const now = Number(stub.getTxTimestamp().seconds);
  const skew = Math.abs(endorserNow / 1000 - now);
  ensure(kind === 'evaluate' || skew <= CLOCK_TOLERANCE_SECONDS, 'CLOCK_SKEW', {
    toleranceSeconds: CLOCK_TOLERANCE_SECONDS,
  });
  return now;
}
