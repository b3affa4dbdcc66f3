// SPDX-License-Identifier: Apache-2.0
// One order of two chargers on a ledger in memory, and where its money is at any moment.
import { holds } from '@fabric-offline-pay/domain';
import { rollUpPayee } from '@fabric-offline-pay/operate';
import type { Client, Parties } from '@fabric-offline-pay/sdk';
import {
  addressesOf,
  CURRENCY,
  LOGISTICS,
  MERCHANT,
  type CustomerDevice,
  type PurchaseOptions,
} from '@fabric-offline-pay/testing';
import { availableTo, earnedBy } from './balances.js';
import { failLogin } from './histories.js';
import { memoryWorld, type MemoryWorld } from './memory-world.js';
import { RUN, type Way } from './both-ways.js';

export const MONEY = 1_000_000;
/** Two chargers. */
export const GOODS_TOTAL = 4980;
const CUSTOMER = 'customer-1';

/** Where the money of the customer's order is, in minor units. */
export interface Books {
  readonly state: string;
  /** On the hold. */
  readonly standing: number;
  readonly spent: number;
  readonly merchant: number;
  readonly logistics: number;
}

interface OrderKey {
  readonly merchantId: string;
  readonly orderNumber: string;
}

/** @param key of an order of `customer-1`, whose account had {@link MONEY} before it. */
export async function booksOf(bankNode: Client, key: OrderKey): Promise<Books> {
  const { state, hold } = await bankNode.orderNumber.readOrder(key);
  return {
    state,
    standing: hold === null ? 0 : Number(holds.standing(hold)),
    spent: MONEY - Number(await availableTo(bankNode, CUSTOMER)),
    merchant: Number(await earnedBy(bankNode, MERCHANT)),
    logistics: Number(await earnedBy(bankNode, LOGISTICS)),
  };
}

export class OneOrder {
  readonly key = { merchantId: MERCHANT, orderNumber: 'ORD-1' };
  readonly payee = { payeeId: MERCHANT, currency: CURRENCY };

  private constructor(
    readonly memory: MemoryWorld,
    readonly device: CustomerDevice,
  ) {}

  /** @param given default: a world of its own */
  static async open(given?: MemoryWorld): Promise<OneOrder> {
    const memory = given ?? (await memoryWorld());
    return new OneOrder(memory, await memory.world.customer(CUSTOMER, MONEY.toString()));
  }

  get world() {
    return this.memory.world;
  }

  /** A customer of so bad a standing that its money waits for the delivery. */
  async waits(): Promise<void> {
    await failLogin(this.world, this.device, 5);
  }

  /** @param parties who runs it; by default everybody */
  async buy(way: Way, options: Partial<PurchaseOptions> = {}, parties?: Parties) {
    const { orderNumber } = this.key;
    const loginId = await this.world.login(this.device);
    const purchase = this.world.purchase(this.device, loginId, { orderNumber, ...options });
    return RUN[way](parties ?? (await this.world.parties()), purchase);
  }

  async fee(): Promise<number> {
    const { orderNumber } = await this.world.bank('bank-node');
    return Number((await orderNumber.readTerms(this.key)).terms.fee);
  }

  /** All that the merchant earned is in its rolled-up balance. */
  async rollUp() {
    return rollUpPayee(await this.world.bank('bank-node'), this.payee);
  }

  /** The merchant has everything paid out that it has. */
  async emptyMerchant(): Promise<void> {
    const { balance } = await this.rollUp();
    await this.world.payOut(MERCHANT, `all-${balance}`, balance);
  }

  async pickUp() {
    const { logistics } = await this.world.logistics('courier');
    return logistics.pickUp(this.key, { transient: { ...addressesOf(this.key.orderNumber) } });
  }

  /** @param secret that the customer shows at the door, if it shows one */
  async deliver(secret?: string) {
    const { logistics } = await this.world.logistics('courier');
    return logistics.deliver({ ...this.key, ...(secret !== undefined && { secret }) });
  }

  async books(): Promise<Books> {
    return booksOf(await this.world.bank('bank-node'), this.key);
  }
}
