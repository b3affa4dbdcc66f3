// SPDX-License-Identifier: Apache-2.0
// The ledger's time, and how far clocks may be from it.
import { CLOCK_TOLERANCE_SECONDS, type SettleContext } from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { policyRow } from '../shared/rows.js';

export async function timesOf(
  call: Call,
): Promise<Pick<SettleContext, 'now' | 'clockToleranceSeconds'>> {
  const { clockToleranceSeconds } = (await policyRow(call)).offline;
  return {
    now: call.now,
    clockToleranceSeconds: clockToleranceSeconds + CLOCK_TOLERANCE_SECONDS,
  };
}
