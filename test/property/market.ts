// SPDX-License-Identifier: Apache-2.0
// A shop in full swing: orders at every stage, orders signed and not yet placed, a login under way. Clients then meet in it.
import type { InputOf } from '@fabric-offline-pay/domain';
import { rollUpPayee } from '@fabric-offline-pay/operate';
import {
  runExpress,
  runStepwise,
  signDispute,
  type Client,
  type Parties,
} from '@fabric-offline-pay/sdk';
import {
  addressesOf,
  CURRENCY,
  deliverySecretOf,
  LOGISTICS,
  MERCHANT,
} from '@fabric-offline-pay/testing';
import { quoteLeg, signQuoted } from '../support/express-legs.js';
import { counterOf, tillOf, type Counter, type Shop } from './shop.js';

export type SignedOrder = InputOf<'express', 'order'>;
export type SignedDispute = InputOf<'settlement', 'dispute'>;

/** Two disputes that each order may have. */
export const DISPUTE_IDS = ['dispute-0', 'dispute-1'] as const;

export interface Market {
  /** What is forked for every run. */
  readonly counter: Counter;
  readonly seconds: number;
  readonly orderNumbers: readonly string[];
  /** Orders that their customer has signed; together they cost more than it has. */
  readonly signed: readonly SignedOrder[];
  /** Disputes that their customer has signed. */
  readonly disputes: readonly SignedDispute[];
  /** What a merchant owes a customer. */
  readonly debt: { readonly payeeId: string; readonly orderNumber: string };
  /** A login between its two factors. */
  readonly loginId: string;
}

const pickUp = (dispatcher: Client, key: { merchantId: string; orderNumber: string }) =>
  dispatcher.logistics.pickUp(key, { transient: { ...addressesOf(key.orderNumber) } });

const secretOf = ({ orderNumber }: { orderNumber: string }) => deliverySecretOf(orderNumber);

const ALL = { captureId: 'claim-0' };

/** What becomes of an order before the clients meet. */
const STAGES: Readonly<
  Record<
    string,
    (
      parties: Parties,
      key: { merchantId: string; orderNumber: string },
      dispute: () => Promise<unknown>,
    ) => Promise<unknown>
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
    await dispatcher.logistics.deliver({ ...key, secret: secretOf(key) });
  },
  unproven: async ({ bankNode, dispatcher }, key) => {
    await bankNode.express.settle({ ...key, ...ALL });
    await pickUp(dispatcher, key);
    await dispatcher.logistics.deliver(key);
  },
  disputed: async ({ bankNode }, key, dispute) => {
    await bankNode.express.settle({ ...key, ...ALL });
    await dispute();
  },
};

/** The customers of the stages' orders: the orders of one are paid at match, of the other at delivery. */
const buyersOf = ({ shoppers }: Shop) => [shoppers[0], shoppers[2]];

/** Every stage, for a customer whose payees are paid at match, and for one whose payees are paid at delivery. */
async function trade({ world, parties }: Counter, shop: Shop): Promise<string[]> {
  const orderNumbers: string[] = [];
  for (const [index, shopper] of buyersOf(shop).entries())
    for (const [stage, bring] of Object.entries(STAGES)) {
      const orderNumber = `${stage}-${index}`;
      await runExpress(
        parties,
        world.purchase(shopper.device, shopper.loginId, { orderNumber, claim: null }),
      );
      await bring(parties, { merchantId: MERCHANT, orderNumber }, () =>
        world.dispute(shopper.device, orderNumber, DISPUTE_IDS[0]),
      );
      orderNumbers.push(orderNumber);
    }
  return orderNumbers;
}

/** One stepwise order that matched, one whose statements differ, and one whose hold is short. */
async function tradeStepwise({ world, parties }: Counter, { shoppers }: Shop): Promise<string[]> {
  const { device, loginId } = shoppers[0];
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
  const { device, loginId } = shoppers[1];
  const signed: SignedOrder[] = [];
  for (const orderNumber of ['signed-0', 'signed-1', 'signed-2']) {
    const lines = [{ goods: 'charger' as const, quantity: 9 }];
    const purchase = world.purchase(device, loginId, { orderNumber, lines });
    const { terms, signature } = await signQuoted(purchase, await quoteLeg(parties, purchase));
    const statement = purchase.merchantStatement;
    signed.push({ terms, signature, statement });
  }
  return signed;
}

/** Every order of the stages, disputed twice: the sender meets the order in its state at that time. */
const signDisputes = (shop: Shop): SignedDispute[] =>
  buyersOf(shop).flatMap(({ device }, index) =>
    Object.keys(STAGES).flatMap((stage) =>
      DISPUTE_IDS.map((disputeId) => {
        const key = { merchantId: MERCHANT, orderNumber: `${stage}-${index}` };
        return { ...key, disputeId, signature: signDispute(device.privateKey, key, disputeId) };
      }),
    ),
  );

/** A dispute is upheld before the merchant has anything in its balance. */
async function owe({ ledger }: Counter, { shoppers, merchantIds }: Shop): Promise<Market['debt']> {
  const [payeeId, orderNumber] = [merchantIds[1], 'owing'];
  const { world, parties } = await tillOf(ledger, payeeId);
  const { device, loginId } = shoppers[0];
  await runExpress(parties, world.purchase(device, loginId, { orderNumber }));
  await world.dispute(device, orderNumber);
  await world.decide(orderNumber, 'uphold');
  return { payeeId, orderNumber };
}

/** Both payees ask for a payout. */
async function askForPayouts({ parties: { cashier, dispatcher } }: Counter): Promise<void> {
  const payout = { redeemId: 'claim-0', currency: CURRENCY, amount: '500' };
  await cashier.settlement.requestPayout({ ...payout, payeeId: MERCHANT });
  await dispatcher.settlement.requestPayout({ ...payout, payeeId: LOGISTICS });
}

/** Rolls up what the merchant earned so far, so that refunds and redemptions find something. */
async function rollUp({ parties }: Counter): Promise<void> {
  await rollUpPayee(parties.bankNode, { payeeId: MERCHANT, currency: CURRENCY });
}

async function beginLogin({ world }: Counter, { shoppers }: Shop): Promise<string> {
  const { identity } = await world.bank('auth-service');
  const loginId = 'under-way';
  const { customerId } = shoppers[0].device;
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
  await askForPayouts(counter);
  const debt = await owe(counter, shop);
  const orderNumbers = [...first, ...(await tradeStepwise(counter, shop))];
  const signed = await sign(counter, shop);
  const loginId = await beginLogin(counter, shop);
  shop.clock.pass(20);
  return {
    ...{ counter, seconds: shop.clock.seconds, orderNumbers, signed, loginId, debt },
    disputes: signDisputes(shop),
  };
}
