// SPDX-License-Identifier: Apache-2.0
// A shop in full swing: orders at every stage, orders signed and not yet placed, a login under way. Clients then meet in it.
import { rollUpPayee } from '@fabric-offline-pay/network';
import {
  runExpress,
  runStepwise,
  toMutable,
  type Client,
  type Parties,
} from '@fabric-offline-pay/sdk';
import type { InputOf } from '@fabric-offline-pay/domain';
import { quoteLeg, signQuoted } from '../support/express-legs';
import { addressesOf, CURRENCY, MERCHANT } from '../support/world';
import { counterOf, type Counter, type Shop } from './shop';

export type SignedOrder = InputOf<'express', 'order'>;

export interface Market {
  /** What is forked for every run. */
  readonly counter: Counter;
  readonly seconds: number;
  readonly orderNumbers: readonly string[];
  /** Orders that their customer has signed; together they cost more than it has. */
  readonly signed: readonly SignedOrder[];
  /** A login between its two factors. */
  readonly loginId: string;
}

const pickUp = (dispatcher: Client, key: { merchantId: string; orderNumber: string }) =>
  dispatcher.logistics.pickUp(key, { transient: { ...addressesOf(key.orderNumber) } });

const ALL = { captureId: 'claim-0' };

/** What becomes of an order before the clients meet. */
const STAGES: Readonly<
  Record<
    string,
    (parties: Parties, key: { merchantId: string; orderNumber: string }) => Promise<unknown>
  >
> = {
  open: () => Promise.resolve(),
  paid: ({ bankNode }, key) => bankNode.express.settle({ ...key, ...ALL }),
  partly: ({ bankNode }, key) => bankNode.express.settle({ ...key, ...ALL, amount: '1000' }),
  pickedUp: async ({ bankNode, dispatcher }, key) => {
    await bankNode.express.settle({ ...key, ...ALL });
    await pickUp(dispatcher, key);
  },
  delivered: async ({ bankNode, dispatcher }, key) => {
    await bankNode.express.settle({ ...key, ...ALL });
    await pickUp(dispatcher, key);
    await dispatcher.logistics.deliver(key);
  },
};

/** Every stage, for a customer whose payees are paid at match, and for one whose payees are paid at delivery. */
async function trade({ world, parties }: Counter, { shoppers }: Shop): Promise<string[]> {
  const orderNumbers: string[] = [];
  for (const [index, shopper] of [shoppers[0]!, shoppers[2]!].entries())
    for (const [stage, bring] of Object.entries(STAGES)) {
      const orderNumber = `${stage}-${index}`;
      await runExpress(
        parties,
        world.purchase(shopper.device, shopper.loginId, { orderNumber, claim: null }),
      );
      await bring(parties, { merchantId: MERCHANT, orderNumber });
      orderNumbers.push(orderNumber);
    }
  return orderNumbers;
}

/** One stepwise order that matched, one whose statements differ, and one whose hold is short. */
async function tradeStepwise({ world, parties }: Counter, { shoppers }: Shop): Promise<string[]> {
  const { device, loginId } = shoppers[0]!;
  const options = {
    matched: {},
    blocked: { logisticsStatement: { goodsTotal: '1' } },
    short: { holdSeconds: 10 },
  };
  for (const [orderNumber, option] of Object.entries(options))
    await runStepwise(
      parties,
      world.purchase(device, loginId, { orderNumber, claim: null, ...option }),
    );
  return Object.keys(options);
}

async function sign({ world, parties }: Counter, { shoppers }: Shop): Promise<SignedOrder[]> {
  const { device, loginId } = shoppers[1]!;
  const signed: SignedOrder[] = [];
  for (const orderNumber of ['signed-0', 'signed-1', 'signed-2']) {
    const lines = [{ goods: 'charger' as const, quantity: 9 }];
    const purchase = world.purchase(device, loginId, { orderNumber, lines });
    const { terms, signature } = await signQuoted(purchase, await quoteLeg(parties, purchase));
    const statement = toMutable(purchase.merchantStatement);
    signed.push({ terms: toMutable(terms), signature, statement });
  }
  return signed;
}

/** Rolls up what the merchant earned so far, so that refunds and redemptions find something. */
async function rollUp({ parties }: Counter): Promise<void> {
  await rollUpPayee(parties.bankNode, { payeeId: MERCHANT, currency: CURRENCY });
}

async function beginLogin({ world }: Counter, { shoppers }: Shop): Promise<string> {
  const { identity } = await world.bank('auth-service');
  const loginId = 'under-way';
  const { customerId } = shoppers[0]!.device;
  await identity.verifyIdentity({ loginId, customerId, deviceId: 'phone' });
  await identity.openLogin({ loginId });
  await identity.beginAuthentication({ loginId });
  return loginId;
}

/** Builds the market out of a fork of the shop. */
export async function openMarket(shop: Shop): Promise<Market> {
  shop.clock.set(shop.seconds);
  const counter = await counterOf(shop.ledger.fork());
  const first = await trade(counter, shop);
  await rollUp(counter);
  const orderNumbers = [...first, ...(await tradeStepwise(counter, shop))];
  const signed = await sign(counter, shop);
  const loginId = await beginLogin(counter, shop);
  shop.clock.pass(20);
  return { counter, seconds: shop.clock.seconds, orderNumbers, signed, loginId };
}
