// SPDX-License-Identifier: Apache-2.0
// The ledger's first transactions: the participants, and the times and limits of the policy.
import { DEFAULT_POLICY, type InputOf, type Policy } from '@fabric-offline-pay/domain';
import { RefusedError, type Client, type Connection } from '@fabric-offline-pay/sdk';
import type { NetworkDescription, OrganisationDescription } from '../description.js';
import { Clients } from './clients.js';

type Participants = InputOf<'identity', 'bootstrap'>['participants'];

type Organisations = Pick<NetworkDescription, 'organisations'>;

/** The organisations that found the ledger. One that only reads needs no registry to read blocks, and can confirm none. */
const foundersIn = ({ organisations }: Organisations): readonly OrganisationDescription[] =>
  organisations.filter(({ readsOnly }) => !readsOnly);

/** The registry rows of a network's founders. The network's first bank pays out logistics companies. */
export function participantsOf(description: Organisations): Participants {
  const founders = foundersIn(description);
  const bank = founders.find(({ role }) => role === 'bank')?.actor ?? null;
  return founders.map(({ mspId, role, actor }) => ({
    mspId,
    role,
    actor,
    bankId: role === 'logistics' ? bank : null,
    status: 'active' as const,
  }));
}

/**
 * Founds the ledger from the topology: the operator of every founder confirms the same participants and policy.
 * A company that holds only its own keys must call `identity:bootstrap` itself. Does nothing on a founded ledger.
 * Afterwards the peers of all founders know the registry, so that no peer calls its own organisation unknown.
 */
export async function bootstrapLedger(
  clients: Clients,
  policy: Policy = DEFAULT_POLICY,
): Promise<void> {
  const participants = participantsOf(clients.description);
  const operators: Connection[] = [];
  let last = 0n;
  for (const organisation of foundersIn(clients.description)) {
    const operator = await clients.connectionOf(organisation, 'operator', organisation.actor);
    const block = await confirm(operator.client, { participants, policy });
    if (block === undefined) return;
    operators.push(operator);
    last = block;
  }
  await Promise.all(operators.map((operator) => operator.waitForBlock(last)));
}

/** @returns the block of the confirmation; undefined when there was a registry before, so that nothing was left to confirm. */
async function confirm(
  { identity }: Client,
  founding: InputOf<'identity', 'bootstrap'>,
): Promise<bigint | undefined> {
  try {
    return (await identity.bootstrap(founding)).blockNumber;
  } catch (error) {
    if (error instanceof RefusedError && error.code === 'ALREADY_BOOTSTRAPPED') return undefined;
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
