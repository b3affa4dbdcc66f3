// SPDX-License-Identifier: Apache-2.0
// The world on a real network of its own: free ports, a temporary folder, nothing left behind.
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
import { POLICY, World } from './world';

export interface NetworkWorld {
  readonly home: string;
  readonly clients: Clients;
  readonly world: World;
  /** A shop of its own on the same network. */
  readonly shop: (
    merchantId: string,
    licensed?: Parameters<World['openShop']>[0],
  ) => Promise<World>;
  readonly end: () => Promise<void>;
}

export async function networkWorld(
  options: Omit<UpOptions, 'home' | 'ports'> = {},
  policy: typeof POLICY = POLICY,
): Promise<NetworkWorld> {
  const home = mkdtempSync(join(tmpdir(), 'offpay-test-'));
  const end = async (): Promise<void> => {
    await resetNetwork({ home });
    rmSync(home, { recursive: true, force: true });
  };
  try {
    await upNetwork({ ...options, home, ports: 'free' });
    const clients = new Clients(home);
    const worldOf = (merchantId?: string) =>
      new World(
        (role, attribute, actor) => clients.client(role, attribute, actor),
        clients.channel,
        merchantId,
        (merchant) => clients.parties(merchant),
      );
    const world = worldOf();
    const participants = participantsOf(clients.description);
    await world.found(participants, { policy });
    const shop: NetworkWorld['shop'] = async (merchantId, licensed) => {
      const opened = worldOf(merchantId);
      await opened.openShop(licensed);
      return opened;
    };
    return {
      home,
      clients,
      world,
      shop,
      end: async () => {
        await clients.close();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}
