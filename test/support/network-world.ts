// SPDX-License-Identifier: Apache-2.0
// The world on a real network of its own: free ports, a temporary folder, nothing left behind.
import { participantsOf, type UpOptions } from '@fabric-offline-pay/operate';
import { POLICY, type World } from '@fabric-offline-pay/testing';
import { bareNetwork, type BareNetwork } from './bare-network.js';

export interface NetworkWorld extends Omit<BareNetwork, 'worldOf' | 'participants'> {
  /** A shop of its own on the same network. */
  readonly shop: (
    merchantId: string,
    licensed?: Parameters<World['openShop']>[0],
  ) => Promise<World>;
}

export async function networkWorld(
  options: Omit<UpOptions, 'home' | 'ports'> = {},
  policy: typeof POLICY = POLICY,
): Promise<NetworkWorld> {
  const network = await bareNetwork(options);
  try {
    await network.world.found(participantsOf(network.clients.description), { policy });
  } catch (error) {
    await network.end();
    throw error;
  }
  const shop: NetworkWorld['shop'] = async (merchantId, licensed) => {
    const opened = network.worldOf(merchantId);
    await opened.openShop(licensed);
    return opened;
  };
  return { ...network, shop };
}
