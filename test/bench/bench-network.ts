// SPDX-License-Identifier: Apache-2.0
// The one network of a run: our chaincode with the control beside it, shops, and customers who are logged in.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clients } from '@fabric-offline-pay/operate';
import type { Parties, Purchase } from '@fabric-offline-pay/sdk';
import { CURRENCY, POLICY, type CustomerDevice, type World } from '@fabric-offline-pay/testing';
import { foundersTopology } from '../support/bare-network.js';
import { networkWorld, type NetworkWorld } from '../support/network-world.js';
import { patchedChaincode } from '../support/patched-chaincode.js';
import { burst } from './burst.js';
import { Noop, NOOP_CONTRACT } from './noop.js';

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

interface BenchSize {
  readonly customers: number;
  readonly shops: number;
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
  readonly #shops: Shop[] = [];
  readonly #payers: Payer[] = [];
  readonly #alone: Clients;
  /** Of this run; its chaincode is in `chaincode`. */
  readonly folder: string;
  #orders = 0;

  private constructor(network: NetworkWorld, folder: string) {
    this.network = network;
    this.noop = new Noop(network.clients);
    this.#alone = new Clients(network.home, { batching: false });
    this.folder = folder;
  }

  /**
   * What was started is ended again when a step fails or finds itself interrupted.
   * @param options as many customers at least as orders are in flight, so that no account meets itself
   */
  static async open(options: BenchSize, interrupted: AbortSignal): Promise<BenchNetwork> {
    const bench = await BenchNetwork.#start();
    try {
      await bench.#openShops(options.shops, interrupted);
      await bench.#enrol(options.customers, interrupted);
      return bench;
    } catch (error) {
      await bench.close();
      throw error;
    }
  }

  static async #start(): Promise<BenchNetwork> {
    const folder = mkdtempSync(join(tmpdir(), 'offpay-bench-'));
    try {
      const chaincodeDirectory = patchedChaincode(join(folder, 'chaincode'), NOOP_CONTRACT);
      const network = await networkWorld(
        // On one machine an auditor's peer would take from the others what it never takes on its own.
        { chaincodeDirectory, topology: foundersTopology },
        BENCH_POLICY,
      );
      return new BenchNetwork(network, folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get shops(): readonly Shop[] {
    return this.#shops;
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
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #openShops(count: number, interrupted: AbortSignal): Promise<void> {
    const worlds = await openWorlds(this.network, count, interrupted);
    // Every merchant has its certificate now, so that none is enrolled twice.
    for (const world of worlds)
      this.#shops.push({
        world,
        parties: await world.parties(),
        alone: await this.#alone.parties(world.merchantId),
      });
  }

  async #enrol(count: number, interrupted: AbortSignal): Promise<void> {
    const { world } = this.network;
    const jobs = Array.from({ length: count }, (_, index) => async () => {
      interrupted.throwIfAborted();
      const device = await world.customer(`payer-${index.toString()}`, MONEY);
      this.#payers.push({ device, loginId: await world.login(device) });
      return { retries: 0 };
    });
    await burst(jobs, ENROLLING_AT_ONCE);
  }
}

export interface ShopPurchase {
  readonly shop: Shop;
  readonly purchase: Purchase;
}

async function openWorlds(
  network: NetworkWorld,
  count: number,
  interrupted: AbortSignal,
): Promise<World[]> {
  const worlds = [network.world];
  for (let index = 1; index < count; index += 1) {
    interrupted.throwIfAborted();
    worlds.push(await network.shop(`shop-${index.toString()}`));
  }
  for (const world of worlds) {
    interrupted.throwIfAborted();
    await world.parties();
  }
  return worlds;
}
