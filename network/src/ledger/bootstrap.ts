// SPDX-License-Identifier: Apache-2.0
// The ledger's first transaction: who takes part, and the times and limits that all agreed on.
import { DEFAULT_POLICY, type InputOf, type Policy } from '@fabric-offline-pay/domain';
import { RefusedError } from '@fabric-offline-pay/sdk';
import type { NetworkDescription } from '../description';
import type { Clients } from './clients';

type Participants = InputOf<'identity', 'bootstrap'>['participants'];

/** The registry's rows for a network's organisations. Logistics companies are paid out by the network's first bank. */
export function participantsOf({
  organisations,
}: Pick<NetworkDescription, 'organisations'>): Participants {
  const bank = organisations.find(({ role }) => role === 'bank')?.actor ?? null;
  return organisations.map(({ mspId, role, actor }) => ({
    ...{ mspId, role, actor },
    bankId: role === 'logistics' ? bank : null,
    status: 'active' as const,
  }));
}

/** Writes participants and policy out of the topology. Does nothing on a ledger that has them. */
export async function bootstrapLedger(
  clients: Clients,
  policy: Policy = DEFAULT_POLICY,
): Promise<void> {
  const { identity } = await clients.client('bank', 'operator');
  const participants = participantsOf(clients.description);
  try {
    await identity.bootstrap({ participants, policy });
  } catch (error) {
    if (!(error instanceof RefusedError && error.code === 'ALREADY_BOOTSTRAPPED')) throw error;
  }
}
