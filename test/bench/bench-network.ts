// SPDX-License-Identifier: Apache-2.0
// The one network of a run: our chaincode with the control beside it, shops, and customers who are logged in.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clients } from '@fabric-offline-pay/network';
import type { Parties, Purchase } from '@fabric-offline-pay/sdk';
import { networkWorld, type NetworkWorld } from '../support/network-world';
import { patchedChaincode } from '../support/patched-chaincode';
import { CURRENCY, POLICY, type CustomerDevice, type World } from '../support/world';
import { burst } from './burst';
import { Noop, NOOP_CONTRACT } from './noop';

interface Payer {
  readonly device: CustomerDevice;
  readonly loginId: string;
}

/** A shop and everyone who takes part in its orders. */
export interface Shop {
  readonly world: World;
  readonly parties: Parties;
  /** The same certificates over connections on which every call is a transaction of its own. */
  readonly alone: Parties;
}

/** Longer than any run, so that no login ends in the middle of one. */
const LOGIN_SECONDS = 86_400;
const MONEY = '100000000000';

/** Customers pay all the time, more than one of flesh and blood could without passing both factors again. */
const BENCH_POLICY = {
  ...POLICY,
  loginSeconds: LOGIN_SECONDS,
  quoteSeconds: LOGIN_SECONDS,
  currencies: {
    [CURRENCY]: { ...POLICY.currencies[CURRENCY], perWindow: MONEY, stepUp: MONEY },
  },
};
const ENROLLING_AT_ONCE = 64;

export class BenchNetwork {
  readonly network: NetworkWorld;
  readonly noop: Noop;
  readonly shops: readonly Shop[];
  readonly #payers: readonly Payer[];
  readonly #alone: Clients;
  readonly #folder: string;
  #orders = 0;

  private constructor(parts: {
    network: NetworkWorld;
    shops: readonly Shop[];
    payers: readonly Payer[];
    alone: Clients;
    folder: string;
  }) {
    this.network = parts.network;
    this.noop = new Noop(parts.network.clients);
    this.shops = parts.shops;
    this.#payers = parts.payers;
    this.#alone = parts.alone;
    this.#folder = parts.folder;
  }

  /** @param customers at least as many as orders are in flight, so that no account meets itself */
  static async open(options: { customers: number; shops: number }): Promise<BenchNetwork> {
    const folder = mkdtempSync(join(tmpdir(), 'offpay-bench-'));
    try {
      const chaincodeDirectory = patchedChaincode(join(folder, 'chaincode'), NOOP_CONTRACT);
      const network = await networkWorld({ chaincodeDirectory }, BENCH_POLICY);
      const worlds = await openShops(network, options.shops);
      // Opened when every merchant has its certificate, so that none is enrolled twice.
      const alone = new Clients(network.home, { batching: false });
      const shops = await Promise.all(
        worlds.map(async (world) => ({
          world,
          parties: await world.parties(),
          alone: await alone.parties(world.merchantId),
        })),
      );
      const payers = await enrol(network, options.customers);
      return new BenchNetwork({ network, shops, payers, alone, folder });
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get home(): string {
    return this.network.home;
  }

  /** Orders made so far. */
  get orders(): number {
    return this.#orders;
  }

  /** The first shop: the hot one. */
  get hotShop(): Shop {
    const [shop] = this.shops;
    if (shop === undefined) throw new Error('no shop');
    return shop;
  }

  /** So many new orders, one a customer in turn, in the shops in turn. */
  purchases(count: number, shops: readonly Shop[] = [this.hotShop]): ShopPurchase[] {
    return Array.from({ length: count }, (_, index) => {
      const number = this.#orders++;
      const payer = this.#payers[number % this.#payers.length];
      const shop = shops[index % shops.length];
      if (payer === undefined || shop === undefined) throw new Error('nobody to buy from or for');
      const orderNumber = `B-${number.toString()}`;
      return {
        shop,
        purchase: shop.world.purchase(payer.device, payer.loginId, { orderNumber }),
      };
    });
  }

  async close(): Promise<void> {
    this.noop.close();
    await this.#alone.close();
    await this.network.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export interface ShopPurchase {
  readonly shop: Shop;
  readonly purchase: Purchase;
}

async function openShops(network: NetworkWorld, count: number): Promise<World[]> {
  const worlds = [network.world];
  for (let index = 1; index < count; index += 1)
    worlds.push(await network.shop(`shop-${index.toString()}`));
  for (const world of worlds) await world.parties();
  return worlds;
}

async function enrol({ world }: NetworkWorld, count: number): Promise<Payer[]> {
  const payers: Payer[] = [];
  const jobs = Array.from({ length: count }, (_, index) => async () => {
    const device = await world.customer(`payer-${index.toString()}`, MONEY);
    payers.push({ device, loginId: await world.login(device) });
    return { retries: 0 };
  });
  await burst(jobs, ENROLLING_AT_ONCE);
  return payers;
}
