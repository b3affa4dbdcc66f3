// SPDX-License-Identifier: Apache-2.0
// The ledger's first transactions: who takes part, and the times and limits that all agreed on.
import { DEFAULT_POLICY, type InputOf, type Policy } from '@fabric-offline-pay/domain';
import { RefusedError, type Client } from '@fabric-offline-pay/sdk';
import type { NetworkDescription } from '../description.js';
import { Clients } from './clients.js';

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

/**
 * Founds the ledger out of the topology: the operator of every organisation confirms the same participants and policy.
 * Whoever holds only its own organisation's keys calls `identity:bootstrap` by itself. Does nothing on a ledger that was
 * founded.
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

/** @returns whether there was something to confirm: no registry yet. */
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

/** {@link bootstrapLedger} for the network in a home folder, which holds the keys of all its operators. */
export async function foundNetwork(home: string): Promise<void> {
  const clients = new Clients(home);
  try {
    await bootstrapLedger(clients);
  } finally {
    await clients.close();
  }
}
