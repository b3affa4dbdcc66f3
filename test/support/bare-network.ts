// SPDX-License-Identifier: Apache-2.0
// A real network of its own whose ledger is still empty: for tests of what comes before the registry, of other chaincode,
// and of other topologies.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Clients,
  participantsOf,
  resetNetwork,
  upNetwork,
  type UpOptions,
} from '@fabric-offline-pay/network';
import { World } from './world';

export interface BareNetwork {
  readonly home: string;
  readonly clients: Clients;
  /** Not founded: call `found` with the participants that shall be in the registry. */
  readonly world: World;
  /** The organisations with these ids, as participants. */
  readonly participants: (...organisations: readonly string[]) => Parameters<World['found']>[0];
  readonly end: () => Promise<void>;
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
    await upNetwork({ ...options, home, ports: 'free' });
    return opened(home, remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

function opened(home: string, remove: () => Promise<void>): BareNetwork {
  const clients = new Clients(home);
  const { organisations } = clients.description;
  const world = new World(
    (role, attribute, actor) => clients.client(role, attribute, actor),
    clients.channel,
    undefined,
    (merchantId) => clients.parties(merchantId),
  );
  return {
    home,
    clients,
    world,
    participants: (...ids) =>
      participantsOf({ organisations: organisations.filter(({ id }) => ids.includes(id)) }),
    end: async () => {
      await clients.close();
      await remove();
    },
  };
}
