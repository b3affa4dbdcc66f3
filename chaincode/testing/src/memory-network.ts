// SPDX-License-Identifier: Apache-2.0
// The default network on a ledger in memory, ready for customers: registry, a licensed merchant with goods, couriers.
import { contracts } from '@fabric-offline-pay/chaincode';
import type { Attribute, Role } from '@fabric-offline-pay/domain';
import type { Client } from '@fabric-offline-pay/sdk';
import { makeCaller } from './caller';
import { DEFAULT_NETWORK, MSP_IDS, PARTICIPANTS } from './default-network';
import { memoryClient } from './memory-client';
import { MemoryLedger, type MemoryLedgerOptions } from './memory-ledger';
import { POLICY, World } from './world';

/** Name of the channel. */
export const CHANNEL = 'payments';

/** A network in memory in which customers can be enrolled. */
export interface MemoryNetwork {
  readonly ledger: MemoryLedger;
  readonly world: World;
  /** The client of a certificate with this role, attribute and actor. Returns the same client each time. */
  readonly clientFor: (role: Role, attribute: Attribute, actor: string) => Client;
}

/** How the network differs from the default one. */
export interface MemoryNetworkOptions extends Pick<MemoryLedgerOptions, 'now'> {
  /** Makes the ledger. Default: a plain one. */
  readonly makeLedger?: (options: MemoryLedgerOptions) => MemoryLedger;
  /** The participants' policy. Default: limits that no ordinary test reaches. */
  readonly policy?: typeof POLICY;
}

function clientsOf(ledger: MemoryLedger): MemoryNetwork['clientFor'] {
  const known = new Map<string, Client>();
  return (role, attribute, actor) => {
    const key = `${role}.${attribute}.${actor}`;
    const caller = () => makeCaller({ mspId: MSP_IDS[role], role: attribute, actor });
    const client = known.get(key) ?? memoryClient(ledger, caller(), { organisations: MSP_IDS });
    known.set(key, client);
    return client;
  };
}

/** Makes the default network in memory, ready for customers: registry, a licensed merchant with goods, couriers. */
export async function memoryNetwork({
  makeLedger = (options) => new MemoryLedger(options),
  now,
  policy = POLICY,
}: MemoryNetworkOptions = {}): Promise<MemoryNetwork> {
  const ledger = makeLedger({
    ...DEFAULT_NETWORK,
    contracts,
    channel: CHANNEL,
    ...(now !== undefined && { now }),
  });
  const clientFor = clientsOf(ledger);
  const world = new World(clientFor, CHANNEL);
  await world.found(PARTICIPANTS, { policy });
  return { ledger, world, clientFor };
}
