// SPDX-License-Identifier: Apache-2.0
// Orders as jobs of a burst: leg by leg, or whole.
import type { InputOf } from '@fabric-offline-pay/domain';
import { runExpress, type Parties, type TransactionResult } from '@fabric-offline-pay/sdk';
import { orderLeg, quoteLeg, settleLeg, signQuoted } from '../support/express-legs.js';
import type { ShopPurchase } from './bench-network.js';
import type { Job } from './burst.js';

type Quoted = Awaited<ReturnType<typeof quoteLeg>>;
type Signed = Awaited<ReturnType<typeof signQuoted>>;

const retriesOf = ({ attempts }: TransactionResult<unknown>) => ({ retries: attempts - 1 });

/** An order that goes through its legs in separate bursts. */
export class LegByLeg {
  readonly #order: ShopPurchase;
  readonly #parties: Parties;
  #quoted: Quoted | undefined;
  #signed: Signed | undefined;

  /** @param way whether calls may share transactions with those of other orders */
  constructor(order: ShopPurchase, way: 'parties' | 'alone' = 'parties') {
    this.#order = order;
    this.#parties = order.shop[way];
  }

  readonly quote: Job = async () => {
    this.#quoted = await quoteLeg(this.#parties, this.#order.purchase);
    return retriesOf(this.#quoted);
  };

  /** The customer signs, outside of what is measured. */
  async sign(): Promise<void> {
    if (this.#quoted === undefined) throw new Error('not quoted yet');
    this.#signed = await signQuoted(this.#order.purchase, this.#quoted);
  }

  readonly order: Job = async () => {
    if (this.#signed === undefined) throw new Error('not signed yet');
    return retriesOf(await orderLeg(this.#parties, this.#signed));
  };

  readonly settle: Job = async () => {
    const { merchantId, orderNumber } = this.#order.purchase.basket;
    const key: Pick<InputOf<'express', 'settle'>, 'merchantId' | 'orderNumber'> = {
      merchantId,
      orderNumber,
    };
    return retriesOf(await settleLeg(this.#parties, key));
  };
}

/** The whole express order, as a merchant's shop runs it. @throws unless it is paid. */
export const wholeOrder =
  ({ shop, purchase }: ShopPurchase): Job =>
  async () => {
    const { state } = await runExpress(shop.parties, purchase);
    if (state !== 'released') throw new Error(`an order of the bench ended ${state}`);
    return { retries: 0 };
  };
