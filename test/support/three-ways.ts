// SPDX-License-Identifier: Apache-2.0
// One merchant, one customer with a login and a funded device, and every way in which it can buy.
import { runExpress, runStepwise, type Parties, type Purchase } from '@fabric-offline-pay/sdk';
import {
  BANK,
  MERCHANT,
  type CustomerDevice,
  type PurchaseOptions,
} from '@fabric-offline-pay/testing';
import { orderLeg, quoteLeg, signQuoted } from './express-legs.js';
import { stepUpFor } from './histories.js';
import { memoryWorld, type MemoryWorld } from './memory-world.js';
import { runOffline } from './offline-delivery.js';
import { OfflineLedger, unfunded } from './offline-ledger.js';

export const WAYS = ['stepwise', 'express', 'offline'] as const;
export type Way = (typeof WAYS)[number];

type Run = (parties: Parties, purchase: Purchase) => Promise<{ readonly state: string }>;

/** Limits of offline payments let one charger through. */
const ONE_CHARGER = [{ goods: 'charger' as const, quantity: 1 }];

export class ThreeWays {
  #orders = 0;

  private constructor(
    readonly memory: MemoryWorld,
    readonly parties: Parties,
    readonly customer: CustomerDevice,
    readonly run: Readonly<Record<Way, Run>>,
    private loginId: string,
  ) {}

  static async open(): Promise<ThreeWays> {
    const memory = await memoryWorld();
    const ledger = await OfflineLedger.open(memory);
    const customer = await memory.world.customer('customer-1');
    const device = unfunded(customer.customerId, customer.privateKey);
    await ledger.fund(device);
    const loginId = await memory.world.login(customer);
    const run = {
      stepwise: runStepwise,
      express: runExpress,
      offline: runOffline(ledger, device),
    };
    return new ThreeWays(memory, await memory.world.parties(), customer, run, loginId);
  }

  get #auth() {
    return this.memory.clientFor('bank', 'auth-service', BANK);
  }

  get operator() {
    return this.memory.clientFor('bank', 'operator', BANK);
  }

  /** @returns the order's key with the state in which it ended, and what was bought. */
  async buy(way: Way, options: Partial<PurchaseOptions> = {}, parties = this.parties) {
    const { key, picked } = this.#pick(options);
    const purchase = stepUpFor(this.memory.world, picked);
    const { state } = await this.run[way](parties, purchase);
    return { key, state, purchase };
  }

  /** An express order that waits for the bank's leg. @returns its key */
  async placeExpress(options: Partial<PurchaseOptions>) {
    const { key, picked } = this.#pick(options);
    await orderLeg(this.parties, await signQuoted(picked, await quoteLeg(this.parties, picked)));
    return key;
  }

  #pick(options: Partial<PurchaseOptions>) {
    this.#orders += 1;
    const orderNumber = options.orderNumber ?? `ORD-${this.#orders}`;
    const of = { lines: ONE_CHARGER, ...options, orderNumber };
    const picked = this.memory.world.purchase(this.customer, this.loginId, of);
    return { key: { merchantId: MERCHANT, orderNumber }, picked };
  }

  async deliver({ basket: { orderNumber } }: Purchase) {
    return this.memory.world.deliver(orderNumber);
  }

  /** Unit 7 in a new login, under which the customer buys from now on. @returns the customer's score */
  async score(): Promise<number> {
    this.loginId = await this.memory.world.login(this.customer);
    const { customerId } = this.customer;
    return (await this.#auth.identity.readReputation({ customerId })).score;
  }

  /** How many successes unit 7 has counted, after a new login. */
  async successes(): Promise<number> {
    await this.score();
    const { customerId } = this.customer;
    return (await this.#auth.identity.readReputation({ customerId })).totals.success;
  }
}
