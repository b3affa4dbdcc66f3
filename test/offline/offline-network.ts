// SPDX-License-Identifier: Apache-2.0
// The network of a run: our chaincode with the control beside it, the bank's issuer, shops, and customers with money.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Amount } from '@fabric-offline-pay/domain';
import { OfflineBank } from '@fabric-offline-pay/run';
import { BANK, CURRENCY, POLICY, type World } from '@fabric-offline-pay/testing';
import { burst } from '../bench/burst.js';
import { Noop, NOOP_CONTRACT } from '../bench/noop.js';
import { foundersTopology } from '../support/bare-network.js';
import { networkWorld, type NetworkWorld } from '../support/network-world.js';
import { patchedChaincode } from '../support/patched-chaincode.js';
import { killParties } from './party.js';

/** Longer than any run; a test of expiry uses a wrong clock. */
const DAY = 86_400;

export const OFFLINE = {
  ...POLICY.offline,
  spendSeconds: 7 * DAY,
  claimSeconds: 14 * DAY,
  bulletinSeconds: 2 * DAY,
  acceptSeconds: DAY,
  clockToleranceSeconds: 300,
};

/** All that one device may have. */
export const FULL: Amount = OFFLINE.caps[CURRENCY].total;

const AT_ONCE = 32;
const DEVICE_ID = 'phone';

export class OfflineNetwork {
  readonly network: NetworkWorld;
  readonly bank: OfflineBank;
  readonly noop: Noop;
  /** Of devices and terminals. */
  readonly folder: string;

  private constructor(network: NetworkWorld, bank: OfflineBank, folder: string) {
    this.network = network;
    this.bank = bank;
    this.noop = new Noop(network.clients);
    this.folder = folder;
  }

  /** @param topology default: that of a campaign, which measures */
  static async open(topology = foundersTopology): Promise<OfflineNetwork> {
    const folder = mkdtempSync(join(tmpdir(), 'offpay-offline-'));
    try {
      const chaincodeDirectory = patchedChaincode(join(folder, 'chaincode'), NOOP_CONTRACT);
      const network = await networkWorld(
        { chaincodeDirectory, topology },
        { ...POLICY, offline: OFFLINE },
      );
      return await OfflineNetwork.#on(network, folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** What a network was started for may fail: then the network is ended. */
  static async #on(network: NetworkWorld, folder: string): Promise<OfflineNetwork> {
    try {
      return new OfflineNetwork(network, await OfflineBank.open(network.clients), folder);
    } catch (error) {
      await network.end();
      throw error;
    }
  }

  /** Shops beside the first, which the network opened. */
  async shops(count: number): Promise<World[]> {
    const shops = [this.network.world];
    for (let index = 1; index < count; index += 1)
      shops.push(await this.network.shop(`shop-${index.toString()}`));
    return shops;
  }

  /**
   * Has the bank enrol a customer whose phone holds this key, with money on the account.
   * @returns nothing: the reserve is funded apart
   */
  async enrol(customerId: string, publicKey: string, money: Amount): Promise<void> {
    const teller = await this.network.world.bank('teller');
    const token = `tok-${customerId}`;
    await teller.identity.enrolCustomer({ customerId, bankId: BANK, missing: [] });
    await teller.identity.registerDevice({ customerId, deviceId: DEVICE_ID, publicKey });
    await teller.settlement.linkInstrument({ customerId, token, kind: 'card' });
    const issue = { issueId: `issue-${customerId}`, customerId, token, currency: CURRENCY };
    await teller.settlement.issue({ ...issue, amount: money });
  }

  /** Enrols and funds. @returns the certificate for the device. */
  async fund(customerId: string, publicKey: string, amount: Amount = FULL): Promise<Buffer> {
    await this.enrol(customerId, publicKey, amount);
    return this.reserve(customerId, publicKey, amount);
  }

  async reserve(customerId: string, publicKey: string, amount: Amount): Promise<Buffer> {
    const of = { customerId, deviceId: DEVICE_ID, publicKey };
    return (await this.bank.fund({ ...of, currency: CURRENCY, amount })).bytes;
  }

  /** So many at once as the network bears. */
  async each<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
    const jobs = items.map((item) => async () => {
      await work(item);
      return { retries: 0 };
    });
    await burst(jobs, AT_ONCE);
  }

  async close(): Promise<void> {
    this.noop.close();
    await this.network.end();
    await killParties();
    // What runs in this process may still write a last file into the folder of a terminal.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
