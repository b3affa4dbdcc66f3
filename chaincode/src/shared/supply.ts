// SPDX-License-Identifier: Apache-2.0
// Money that a bank makes or takes back. Money appears and vanishes in no other way.
import { ensure, type SupplyKind, type SupplyRow } from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';

type Supplied = Pick<SupplyRow, 'account' | 'currency' | 'amount'>;

/** Records supply under an id of the calling bank, which must be the natural key of the call. */
export function putSupply(call: Call, kind: SupplyKind, id: string, supplied: Supplied): void {
  const row = { kind, ...supplied, at: call.now };
  call.store.put('supply', row, call.caller.actor, supplied.currency, kind, id);
}

/** Like {@link putSupply}, for an id that is no natural key. @throws {DomainError} IDEMPOTENCY_CONFLICT. */
export async function putNewSupply(
  call: Call,
  kind: SupplyKind,
  id: string,
  supplied: Supplied,
): Promise<void> {
  const taken = await call.store.get('supply', call.caller.actor, supplied.currency, kind, id);
  ensure(taken === undefined, 'IDEMPOTENCY_CONFLICT', { id });
  putSupply(call, kind, id, supplied);
}
