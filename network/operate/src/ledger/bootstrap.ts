// SPDX-License-Identifier: Apache-2.0
// The ledger's first transactions: the participants, and the times and limits of the policy.
import { DEFAULT_POLICY, type InputOf, type Policy } from '@fabric-offline-pay/domain';
import { RefusedError, type Client } from '@fabric-offline-pay/sdk';
import type { NetworkDescription } from '../description.js';
import { Clients } from './clients.js';

type Participants = InputOf<'identity', 'bootstrap'>['participants'];

/** The registry rows of a network's organisations. The network's first bank pays out logistics companies. */
export function participantsOf({
  organisations,
}: Pick<NetworkDescription, 'organisations'>): Participants {
  const bank = organisations.find(({ role }) => role === 'bank')?.actor ?? null;
  return organisations.map(({ mspId, role, actor }) => ({
    mspId,
    role,
    actor,
    bankId: role === 'logistics' ? bank : null,
    status: 'active' as const,
  }));
}

/**
 * Founds the ledger from the topology: the operator of every organisation confirms the same participants and policy.
 * A company that holds only its own keys must call `identity:bootstrap` itself. Does nothing on a founded ledger.
 */
export async function bootstrapLedger(
  clients: Clients,
  policy: Policy = DEFAULT_POLICY,
): Promise<void> {
  const participants = participantsOf(clients.description);
  for (const organisation of clients.description.organisations) {
    const operator = await clients.connectionOf(organisation, 'operator', organisation.actor);
    if (!(await confirm(operator.client, { participants, policy }))) return;
  }
}

/** @returns whether there was something to confirm, because there was no registry yet. */
async function confirm(
  { identity }: Client,
  founding: InputOf<'identity', 'bootstrap'>,
): Promise<boolean> {
  try {
    await identity.bootstrap(founding);
    return true;
  } catch (error) {
    if (error instanceof RefusedError && error.code === 'ALREADY_BOOTSTRAPPED') return false;
    throw error;
  }
}

/** {@link bootstrapLedger} for the network in a home folder that holds the keys of all its operators. */
export async function foundNetwork(home: string): Promise<void> {
  const clients = new Clients(home);
  try {
    await bootstrapLedger(clients);
  } finally {
    await clients.close();
  }
}
