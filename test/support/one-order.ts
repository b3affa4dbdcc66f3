// SPDX-License-Identifier: Apache-2.0
// One order of two chargers on a ledger in memory, and where its money is at any moment.
import { holds } from '@fabric-offline-pay/domain';
import { rollUpPayee } from '@fabric-offline-pay/operate';
import { runExpress, runStepwise } from '@fabric-offline-pay/sdk';
import {
  CURRENCY,
  LOGISTICS,
  MERCHANT,
  type CustomerDevice,
  type PurchaseOptions,
} from '@fabric-offline-pay/testing';
import { failLogin } from './histories.js';
import { memoryWorld, type MemoryWorld } from './memory-world.js';
import type { Way } from './both-ways.js';

export const MONEY = 1_000_000;
export const GOODS_TOTAL = 4980;

const RUN = { stepwise: runStepwise, express: runExpress };

/** Where the money of the customer's order is, in minor units. */
export interface Books {
  readonly state: string;
  readonly standing: number;
  readonly spent: number;
  readonly merchant: number;
  readonly logistics: number;
}

export class OneOrder {
  readonly key = { merchantId: MERCHANT, orderNumber: 'ORD-1' };
  readonly payee = { payeeId: MERCHANT, currency: CURRENCY };

  private constructor(
    readonly memory: MemoryWorld,
    readonly device: CustomerDevice,
  ) {}

  static async open(): Promise<OneOrder> {
    const memory = await memoryWorld();
    return new OneOrder(memory, await memory.world.customer('customer-1', MONEY.toString()));
  }

  get world() {
    return this.memory.world;
  }

  /** A customer of so bad a standing that its money waits for the delivery. */
  async waits(): Promise<void> {
    await failLogin(this.world, this.device, 5);
  }

  async buy(way: Way, options: Partial<PurchaseOptions> = {}) {
    const { orderNumber } = this.key;
    const loginId = await this.world.login(this.device);
    const purchase = this.world.purchase(this.device, loginId, { orderNumber, ...options });
    return RUN[way](await this.world.parties(), purchase);
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

  async books(): Promise<Books> {
    const { orderNumber, settlement } = await this.world.bank('bank-node');
    const { state, hold } = await orderNumber.readOrder(this.key);
    const account = { customerId: this.device.customerId, currency: CURRENCY };
    const { available } = await settlement.readAccount(account);
    const earned = async (payeeId: string) => {
      const { balance, open } = await settlement.readPayee({ payeeId, currency: CURRENCY });
      return Number(balance) + Number(open);
    };
    return {
      state,
      standing: hold === null ? 0 : Number(holds.standing(hold)),
      spent: MONEY - Number(available),
      merchant: await earned(MERCHANT),
      logistics: await earned(LOGISTICS),
    };
  }
}
