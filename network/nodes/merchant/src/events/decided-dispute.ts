// SPDX-License-Identifier: Apache-2.0
// Which dispute a change of an order decided, and for whom.
import { isAtLeast } from '@fabric-offline-pay/domain';
import type { DisputeOutcome } from '../database/schema.js';
import type { ShownOrder } from './shown-order.js';

const refundedOf = ({ hold }: ShownOrder): string => hold?.refunded ?? '0';

/** A dispute of an order that was refunded in part ends as `refunded` either way: then only money tells who won. */
function outcomeOf(before: ShownOrder, after: ShownOrder): DisputeOutcome {
  if (after.state !== 'refunded') return 'rejected';
  if (before.dispute?.from !== 'refunded') return 'upheld';
  return isAtLeast(refundedOf(before), refundedOf(after)) ? 'rejected' : 'upheld';
}

/** @returns the dispute that this change decided, with its outcome */
export function decidedDispute(
  before: ShownOrder | null,
  after: ShownOrder,
): { readonly id: string; readonly outcome: DisputeOutcome } | undefined {
  const was = before?.dispute ?? null;
  if (before === null || was === null || was.id === after.dispute?.id) return undefined;
  return { id: was.id, outcome: outcomeOf(before, after) };
}
