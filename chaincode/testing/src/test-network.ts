// SPDX-License-Identifier: Apache-2.0
// The starting point of a merchant's test: everything that must be on the ledger before a customer can buy.
import type { Amount } from '@fabric-offline-pay/domain';
import type { Parties, Purchase } from '@fabric-offline-pay/sdk';
import { memoryNetwork, type MemoryNetwork, type MemoryNetworkOptions } from './memory-network';
import type { CustomerDevice, PurchaseOptions } from './world';

/** How the network differs from the default one. */
export interface TestNetworkOptions extends MemoryNetworkOptions {
  /** Balance of the customer's account, in minor units of EUR. Default: 1000000, ten thousand euros. */
  readonly money?: Amount;
}

/** A network in memory with a customer who is ready to buy. */
export interface TestNetwork extends MemoryNetwork {
  /** The clients that the pipeline takes: the shop's cashier, the logistics company's dispatcher, the bank's node. */
  readonly parties: Parties;
  readonly merchantId: string;
  /** The customer and the private key of the customer's device. */
  readonly customer: CustomerDevice;
  /** Id of the customer's login. Both factors have passed. */
  readonly loginId: string;
  /** @returns a purchase by the customer, by default of two chargers, for `runExpress` or `runStepwise`. */
  purchase(options: PurchaseOptions): Purchase;
}

/**
 * Makes a network in memory with a registry, a licensed merchant, its goods, couriers, and a customer who has money and is
 * logged in.
 *
 * @example
 * const network = await testNetwork();
 * const { state } = await runExpress(network.parties, network.purchase({ orderNumber: 'ORD-1' }));
 */
export async function testNetwork({
  money,
  ...options
}: TestNetworkOptions = {}): Promise<TestNetwork> {
  const network = await memoryNetwork(options);
  const { world } = network;
  const customer = await world.customer('customer-1', money);
  const loginId = await world.login(customer);
  return {
    ...network,
    parties: await world.parties(),
    merchantId: world.merchantId,
    customer,
    loginId,
    purchase: (purchased) => world.purchase(customer, loginId, purchased),
  };
}
