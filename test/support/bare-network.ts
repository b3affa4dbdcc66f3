// SPDX-License-Identifier: Apache-2.0
// A real network of its own whose ledger is still empty: for tests of what comes before the registry, of other chaincode,
// and of other topologies.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Clients,
  defaultTopology,
  participantsOf,
  resetNetwork,
  upNetwork,
  type UpOptions,
} from '@fabric-offline-pay/operate';
import { Statistics } from '@fabric-offline-pay/sdk';
import { World, type ClientFor } from '@fabric-offline-pay/testing';
import { withIssuedCertificates } from './issued-certificates.js';

export interface BareNetwork {
  readonly home: string;
  readonly clients: Clients;
  /** Of everything that goes through `clients`, and of what a test opens with it. */
  readonly statistics: Statistics;
  /** Not founded: call `found` with the participants that shall be in the registry. */
  readonly world: World;
  /** The world as a merchant has it. */
  readonly worldOf: (merchantId?: string) => World;
  /** The organisations with these ids, as participants. */
  readonly participants: (...organisations: readonly string[]) => Parameters<World['found']>[0];
  readonly end: () => Promise<void>;
}

/** Most specs send one transaction after the other, and each waits for its block. */
const BATCH_TIMEOUT = '50ms';

/** The default network's, but for that. What is measured, or shall share blocks, takes the default one. */
export const quickTopology = {
  ...defaultTopology,
  channel: { ...defaultTopology.channel, batchTimeout: BATCH_TIMEOUT },
};

/** Whether its nodes have the names of those whose certificates the networks of a test run have in common; the channel's is part of them. */
const hasIssued = ({ topology }: UpOptions): boolean =>
  topology?.organisations === defaultTopology.organisations &&
  topology.channel.name === defaultTopology.channel.name;

export async function bareNetwork(
  options: Omit<UpOptions, 'home' | 'ports'> = {},
): Promise<BareNetwork> {
  const home = mkdtempSync(join(tmpdir(), 'offpay-test-'));
  const remove = async (): Promise<void> => {
    await resetNetwork({ home });
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const all: UpOptions = { topology: quickTopology, ...options, home, ports: 'free' };
    const up = (): Promise<unknown> => upNetwork(all);
    await (hasIssued(all) ? withIssuedCertificates(home, up) : up());
    return opened(home, remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * A world's steps follow one another, whichever organisation's peer each goes to: whoever is handed a client sees what was
 * committed before, though another peer reported it.
 */
function upToDate(clients: Clients, statistics: Statistics): ClientFor {
  const seen = new Map<string, bigint>();
  return async (role, attribute, actor) => {
    const connection = await clients.connection(role, attribute, actor);
    const block = statistics.lastBlock;
    if (block > (seen.get(role) ?? 0n)) {
      await connection.waitForBlock(block);
      seen.set(role, block);
    }
    return connection.client;
  };
}

function opened(home: string, remove: () => Promise<void>): BareNetwork {
  const statistics = new Statistics();
  const clients = new Clients(home, { statistics });
  const clientFor = upToDate(clients, statistics);
  const { organisations } = clients.description;
  const worldOf = (merchantId?: string): World =>
    new World(clientFor, clients.channel, merchantId, (merchant) => clients.parties(merchant));
  return {
    home,
    clients,
    statistics,
    world: worldOf(),
    worldOf,
    participants: (...ids) =>
      participantsOf({ organisations: organisations.filter(({ id }) => ids.includes(id)) }),
    end: async () => {
      await clients.close();
      await remove();
    },
  };
}
