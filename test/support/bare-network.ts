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

/**
 * The default network without those who only read: beside others they would take their part of one machine's processors, and of the time of
 * every spec.
 */
export const foundersTopology = {
  ...defaultTopology,
  organisations: defaultTopology.organisations.filter(({ readsOnly }) => !readsOnly),
};

const quickly = (topology: typeof defaultTopology): typeof defaultTopology => ({
  ...topology,
  channel: { ...topology.channel, batchTimeout: BATCH_TIMEOUT },
});

/** The founders', with short blocks. What is measured, or shall share blocks, takes the founders' own. */
export const quickTopology = quickly(foundersTopology);

/** The whole default network, with short blocks: for what concerns those who only read. */
export const auditedTopology = quickly(defaultTopology);

/** The ids of its organisations if all are the default ones, whose certificates the networks of a test run have in common. The channel's name is part of them. */
function issuedFor({ organisations, channel }: typeof defaultTopology): readonly string[] {
  const areShared =
    channel.name === defaultTopology.channel.name &&
    organisations.every((each) => defaultTopology.organisations.includes(each));
  return areShared ? organisations.map(({ id }) => id) : [];
}

export async function bareNetwork(
  options: Omit<UpOptions, 'home' | 'ports'> = {},
): Promise<BareNetwork> {
  const home = mkdtempSync(join(tmpdir(), 'offpay-test-'));
  const remove = async (): Promise<void> => {
    await resetNetwork({ home });
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const { topology = quickTopology } = options;
    const up = (): Promise<unknown> => upNetwork({ ...options, topology, home, ports: 'free' });
    const shared = issuedFor(topology);
    await (shared.length > 0 ? withIssuedCertificates(home, shared, up) : up());
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
