// SPDX-License-Identifier: Apache-2.0
// Where a merchant's test begins: everything that has to stand on the ledger before a customer can buy.
import type { Amount } from '@fabric-offline-pay/domain';
import type { Parties, Purchase } from '@fabric-offline-pay/sdk';
import { memoryNetwork, type MemoryNetwork, type MemoryNetworkOptions } from './memory-network';
import type { CustomerDevice, PurchaseOptions } from './world';

/** How the network differs from the plain one. */
export interface TestNetworkOptions extends MemoryNetworkOptions {
  /** What the customer's account holds, in minor units of EUR; ten thousand euros when absent. */
  readonly money?: Amount;
}

/** A network in memory with a customer who is ready to buy. */
export interface TestNetwork extends MemoryNetwork {
  /** The shop: its cashier, the logistics company's dispatcher and the bank's node, as the pipeline takes them. */
  readonly parties: Parties;
  readonly merchantId: string;
  /** The customer with its device's key. */
  readonly customer: CustomerDevice;
  /** The customer's login: both factors passed. */
  readonly loginId: string;
  /** A purchase by the customer: two chargers unless told. Hand it to `runExpress` or `runStepwise`. */
  purchase(options: PurchaseOptions): Purchase;
}

/**
 * A network in memory with a registry, a licensed merchant, its goods, couriers, and a customer who has money and is
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
