// SPDX-License-Identifier: Apache-2.0
// Runs every submitted transaction of the table, in its costliest ways: orders of several sizes with everything that may
// become of them, and all that goes on around orders. The same on the ledger in memory and on real peers.
import {
  holds,
  licensingOf,
  registrationOf,
  goodsDigest,
  isGtin,
  termsDigest,
  type OrderTerms,
} from '@fabric-offline-pay/domain';
import { rollUpPayee } from '@fabric-offline-pay/operate';
import {
  runExpress,
  runStepwise,
  signRatings,
  type Parties,
  type PipelineResult,
  type Purchase,
} from '@fabric-offline-pay/sdk';
import {
  BANK,
  CURRENCY,
  deliverySecretOf,
  GOODS,
  LOGISTICS,
  MERCHANT,
  POLICY,
  type ClientFor,
  type CustomerDevice,
  type PurchaseOptions,
  type World,
} from '@fabric-offline-pay/testing';
import { defined, firstOf } from './defined.js';

type Run = (parties: Parties, purchase: Purchase) => Promise<PipelineResult>;

const MOST_LINES = 5;

/** So many chargers cost more than the step-up limit. */
const PIECES_TO_STEP_UP = 50;

/** This many customers are enough for a merchant to be rated poorly. */
const COMPLAINTS = 4;

/** Long enough for a slow network to come through the units; other orders are run meanwhile. */
const HOLD_SECONDS = 15;

/** Short enough to wait for. */
const HURRIED = {
  deliverySeconds: 3,
  unprovenSeconds: 3,
  decisionSeconds: 3,
  debtSeconds: 3,
};
const WRONG = { goodsTotal: '1' };
const SECOND_MERCHANT = 'SecondMerchantMSP';

const gtin = (index: number): string => {
  const body = `40063813340${index}`;
  const digit = Array.from('0123456789').find((last) => isGtin(body + last));
  return `${body}${digit ?? ''}`;
};

const SHELF = Array.from({ length: MOST_LINES }, (_, index) => ({
  ...GOODS.charger,
  gtin: gtin(index),
}));

const TWO_PIECES = [{ gtin: firstOf(SHELF).gtin, quantity: 2 }];

/** The statement of each party in turn differs from the other two in one field; the customer's in the quantity. */
const ALL_WRONG = {
  merchantStatement: { orderNumber: 'ANOTHER', lines: TWO_PIECES },
  logisticsStatement: { ...WRONG, lines: TWO_PIECES },
};

const keyOf = ({ basket: { merchantId, orderNumber } }: Purchase) => ({ merchantId, orderNumber });

type Key = ReturnType<typeof keyOf>;

interface OrderOptions extends Partial<PurchaseOptions> {
  readonly lines?: never;
  readonly quantity?: number;
}

export interface EveryTransactionOptions {
  readonly world: World;
  readonly clientFor: ClientFor;
  /** Moves the proposals' time on by this many seconds; returns at once when none are left. */
  readonly passSeconds: (seconds: number) => Promise<void> | void;
}

interface Buyer {
  readonly device: CustomerDevice;
  readonly loginId: string;
}

/** One customer at a time buys at the world's shop; call `open` first, and `newCustomer` before each run. */
export class EveryTransaction {
  readonly #options: EveryTransactionOptions;
  #parties: Parties | undefined;
  #customer: Buyer | undefined;
  #orders = 0;
  #customers = 0;

  constructor(options: EveryTransactionOptions) {
    this.#options = options;
  }

  /** A shelf of as many goods as the largest order has lines. */
  async open(): Promise<void> {
    this.#parties = await this.#world.parties();
    await this.parties.cashier.goods.registerGoods({ merchantId: MERCHANT, goods: SHELF });
  }

  get parties(): Parties {
    return defined(this.#parties, 'parties');
  }

  get #buyer(): Buyer {
    return defined(this.#customer, 'customer');
  }

  /** A customer without history, logged in. */
  async newCustomer(): Promise<void> {
    this.#customers += 1;
    const device = await this.#world.customer(`customer-${this.#customers}`, '90000000');
    this.#customer = { device, loginId: await this.#world.login(device) };
  }

  /** Folds the customer's history. @returns the new login and the one that the orders were made under */
  async loginAgain(): Promise<{ loginId: string; before: string }> {
    const { device, loginId } = this.#buyer;
    return { loginId: await this.#world.login(device), before: loginId };
  }

  /** A purchase of this many different goods. */
  purchaseOf(size: number, { quantity = 1, ...options }: OrderOptions = {}): Purchase {
    this.#orders += 1;
    const { device, loginId } = this.#buyer;
    const purchase = this.#world.purchase(device, loginId, {
      orderNumber: `ORD-${this.#orders}`,
      ...options,
    });
    const shelf = SHELF.slice(0, size);
    const lines = shelf.map((goods) => ({
      gtin: goods.gtin,
      quantity,
      unitPrice: goods.price,
      goodsDigest: goodsDigest(goods),
    }));
    const stated = {
      lines: shelf.map((goods) => ({ gtin: goods.gtin, quantity })),
      goodsTotal: (BigInt(GOODS.charger.price) * BigInt(size * quantity)).toString(),
    };
    return {
      ...purchase,
      basket: { ...purchase.basket, lines },
      merchantStatement: { ...purchase.merchantStatement, ...stated, ...options.merchantStatement },
      logisticsStatement: {
        ...purchase.logisticsStatement,
        ...stated,
        ...options.logisticsStatement,
      },
      stepUp: (terms) => this.#stepUp(terms),
    };
  }

  /** Everything that may become of an order. */
  async liveAllLives(run: Run, size: number): Promise<void> {
    const { settlement } = this.parties.bankNode;
    const operator = await this.#world.bank('operator');
    const short = this.purchaseOf(size, { claim: null, holdSeconds: HOLD_SECONDS });
    const unclaimed = await this.#paid(run, short);
    const ordinary = this.purchaseOf(size);
    await this.#paid(run, ordinary);
    await this.#deliver(ordinary);
    await run(this.parties, this.purchaseOf(size, { quantity: PIECES_TO_STEP_UP / size }));

    const resolved = await this.#paid(run, this.purchaseOf(size, { logisticsStatement: WRONG }));
    await operator.alarm.resolve({ ...resolved, reason: 'a typing error' });
    await this.parties.cashier.settlement.claim({ ...resolved, claimed: '1000' });
    await settlement.capture({ ...resolved, captureId: 'claim-1', amount: '1000' });
    await settlement.void(resolved);

    const upheld = await this.#paid(
      run,
      this.purchaseOf(size, {
        merchantStatement: WRONG,
        logisticsStatement: { ...WRONG, lines: [] },
      }),
    );
    await operator.alarm.uphold({ ...upheld, reason: 'the goods are missing' });
    await this.parties.cashier.settlement.void(upheld);

    await this.#rate(await this.#paid(run, this.purchaseOf(size)), size);
    await this.#disputeAll(run, size);
    await this.#expire(unclaimed);
  }

  /** Orders of a merchant that customers rate so badly that money waits for the delivery. */
  async deliveryGated(): Promise<void> {
    await this.#complain();
    await this.#publishAll();
    const released = this.purchaseOf(1);
    await this.#paid(runExpress, released);
    await this.#deliver(released);
    const unproven = await this.#paid(runExpress, this.purchaseOf(1));
    await this.#world.deliver(unproven.orderNumber, { proven: false });
    await this.#prove(unproven);
    const unwound = await this.#paid(runExpress, this.purchaseOf(1));
    await this.#world.dispute(this.#buyer.device, unwound.orderNumber);
    await this.#world.decide(unwound.orderNumber, 'uphold');
    await this.#disputeInPart();
    const refunded = this.purchaseOf(1);
    const inPart = await this.#paid(runExpress, refunded);
    await this.#refund(inPart);
    await this.#deliver(refunded);
  }

  /** What was captured in part is captured no further from the dispute on. */
  async #disputeInPart(): Promise<void> {
    const { orderNumber } = await this.#paid(runExpress, this.purchaseOf(1, { claim: '1' }));
    await this.#world.dispute(this.#buyer.device, orderNumber);
    await this.#world.decide(orderNumber, 'uphold');
  }

  /** Orders in which every party is blamed: decided, or ended before they were. */
  async blameAll(): Promise<void> {
    const operator = await this.#world.bank('operator');
    const wrong = () => this.#paid(runExpress, this.purchaseOf(1, ALL_WRONG));
    const expiring = this.purchaseOf(1, { ...ALL_WRONG, holdSeconds: HOLD_SECONDS });
    await this.#paid(runExpress, expiring);
    const early = this.purchaseOf(1, { ...ALL_WRONG, holdSeconds: HOLD_SECONDS });
    await this.#mismatched(early);
    await operator.alarm.uphold({ ...(await wrong()), reason: 'all of them erred' });
    await this.parties.bankNode.settlement.void(await wrong());
    await this.parties.cashier.settlement.void(await wrong());
    await this.parties.bankNode.settlement.void(
      await this.#mismatched(this.purchaseOf(1, ALL_WRONG)),
    );
    await this.#expire(keyOf(expiring));
    await this.#expire(keyOf(early));
  }

  /** A stepwise order in which unit 13 found differences, and which unit 15 has not looked at yet. */
  async #mismatched(purchase: Purchase): Promise<Key> {
    const { bankNode } = this.parties;
    const stop = new Error('before unit 15');
    const alarm = { ...bankNode.alarm, compareOrder: () => Promise.reject(stop) };
    try {
      await runStepwise({ ...this.parties, bankNode: { ...bankNode, alarm } }, purchase);
    } catch (error) {
      if (error !== stop) throw error;
    }
    return keyOf(purchase);
  }

  /**
   * Goods change after unit 8, and again after the hold.
   * @returns whether both passes of unit 15 found it
   */
  async changedGoods(size: number): Promise<{ clean: boolean; state: string }> {
    const { cashier, bankNode } = this.parties;
    const dearer = SHELF.map((goods) => ({ ...goods, price: '2500' }));
    const stale = this.purchaseOf(size);
    await cashier.orderNumber.openBasket(stale.basket);
    await cashier.goods.verify(keyOf(stale));
    const unclaimed = this.purchaseOf(size, { claim: null });
    await runExpress(this.parties, unclaimed);
    await cashier.goods.registerGoods({ merchantId: MERCHANT, goods: dearer });
    const compared = await cashier.alarm.compareGoods(keyOf(stale));
    const settled = await bankNode.express.settle({ ...keyOf(unclaimed), captureId: 'claim-1' });
    await cashier.goods.withdrawGoods({ merchantId: MERCHANT, gtin: gtin(0) });
    await cashier.goods.registerGoods({ merchantId: MERCHANT, goods: SHELF });
    return { clean: compared.result.clean, state: settled.result.state };
  }

  async everythingAroundOrders(): Promise<void> {
    const { clientFor } = this.#options;
    const teller = await this.#world.bank('teller');
    await this.#hurry();
    await this.#rollUp();
    for (const payeeId of [MERCHANT, LOGISTICS])
      await this.#world.payOut(payeeId, `redeem-${payeeId}`, '10');
    await this.#withdraw();
    await this.#failLogin();
    const { customerId } = this.#buyer.device;
    await this.#issueByTwo(customerId);
    await teller.identity.revokeDevice({ customerId, deviceId: 'phone' });
    await teller.identity.updateProfile({ customerId, missing: [], status: 'blocked' });
    await teller.identity.updateProfile({ customerId, missing: [], status: 'active' });
    await this.#changeMind();
    await this.#enact({ loginSeconds: 600 });
    const admitted = {
      kind: 'participant' as const,
      participant: {
        mspId: SECOND_MERCHANT,
        role: 'merchant' as const,
        actor: 'merchant-org-2',
        bankId: null,
        status: 'active' as const,
      },
    };
    for (const role of ['bank', 'merchant'] as const)
      await (await clientFor(role, 'operator', BANK)).identity.vote({ proposal: admitted });
    await this.#changeCatalogues();
  }

  get #world(): World {
    return this.#options.world;
  }

  /** Both factors, bound to the order. */
  async #stepUp(terms: OrderTerms): Promise<void> {
    const { identity } = await this.#world.bank('auth-service');
    const { loginId } = this.#buyer;
    const boundTo = termsDigest(terms);
    await identity.attestSms({ loginId, boundTo, nonce: `sms-${this.#orders}` });
    await identity.attestPassword({ loginId, boundTo, nonce: `password-${this.#orders}` });
  }

  async #paid(run: Run, purchase: Purchase): Promise<Key> {
    await run(this.parties, purchase);
    return keyOf(purchase);
  }

  async #deliver({ basket: { orderNumber } }: Purchase): Promise<void> {
    await this.#world.deliver(orderNumber);
  }

  /** The courier comes back for the secret. */
  async #prove(key: Key): Promise<void> {
    const secret = deliverySecretOf(key.orderNumber);
    await this.parties.dispatcher.logistics.deliver({ ...key, secret });
  }

  /** All that ends by time, under a policy whose times are short. */
  async #hurry(): Promise<void> {
    const { settlement } = this.parties.bankNode;
    await this.#enact(HURRIED);
    const undelivered = await this.#paid(runExpress, this.purchaseOf(1));
    const believed = await this.#paid(runExpress, this.purchaseOf(1));
    await this.#world.deliver(believed.orderNumber, { proven: false });
    const doubted = await this.#paid(runExpress, this.purchaseOf(1));
    await this.#world.deliver(doubted.orderNumber, { proven: false });
    const lapsed = { ...(await this.#disputed()), disputeId: 'dispute-1' };
    await (await this.#world.bank('operator')).settlement.agreeDispute(lapsed);
    await this.loginAgain();
    await this.#options.passSeconds(HURRIED.deliverySeconds + 1);
    await settlement.returnUndelivered(undelivered);
    await settlement.release(believed);
    await this.#world.dispute(this.#buyer.device, doubted.orderNumber);
    await settlement.lapseDispute(lapsed);
    await this.#owe();
  }

  /** The merchant has its money paid out before a dispute is upheld: it owes, and the bank bears it in the end. */
  async #owe(): Promise<void> {
    const { settlement } = this.parties.bankNode;
    const payee = { payeeId: MERCHANT, currency: CURRENCY };
    const purchase = this.purchaseOf(1);
    const owed = await this.#paid(runExpress, purchase);
    await this.#deliver(purchase);
    await this.#rollUp();
    const { balance } = await settlement.readPayee(payee);
    await this.#world.payOut(MERCHANT, 'everything', balance);
    await this.#world.dispute(this.#buyer.device, owed.orderNumber);
    await this.#world.decide(owed.orderNumber, 'uphold');
    await this.#options.passSeconds(HURRIED.debtSeconds + 1);
    await settlement.bearDebt({ ...payee, orderNumber: owed.orderNumber });
    const next = this.purchaseOf(1);
    await this.#paid(runExpress, next);
    await this.#deliver(next);
  }

  async #disputed(): Promise<Key> {
    const purchase = this.purchaseOf(1);
    const key = await this.#paid(runExpress, purchase);
    await this.#deliver(purchase);
    await this.#rollUp();
    await this.#world.dispute(this.#buyer.device, key.orderNumber);
    return key;
  }

  async #withdraw(): Promise<void> {
    const { customerId } = this.#buyer.device;
    const { settlement } = await this.#world.bank('teller');
    const money = { token: `tok-${customerId}`, currency: CURRENCY, amount: '10' };
    await settlement.withdraw({ withdrawId: `withdraw-${customerId}`, customerId, ...money });
  }

  async #enact(change: Partial<typeof POLICY>): Promise<void> {
    const proposal = await this.#policyWith(change);
    for (const role of ['bank', 'merchant'] as const) {
      const { identity } = await this.#options.clientFor(role, 'operator', BANK);
      await identity.vote({ proposal });
    }
  }

  /** The logistics company votes for a merchant's licence, and takes its vote back. */
  async #changeMind(): Promise<void> {
    const { goods } = await this.#world.bank('teller');
    const standing = licensingOf(await goods.readMerchant({ merchantId: MERCHANT }));
    const proposal = { kind: 'licence' as const, merchant: { ...standing, categories: [] } };
    const { identity } = await this.#options.clientFor('logistics', 'operator', BANK);
    await identity.vote({ proposal });
    await identity.withdrawVote({ proposal });
  }

  async #policyWith(change: Partial<typeof POLICY>) {
    const { identity } = await this.#world.bank('teller');
    return { kind: 'policy' as const, policy: { ...(await identity.readPolicy({})), ...change } };
  }

  /** An unclaimed order, after its hold ran out; its addresses are purged without a delivery. */
  async #expire(key: Key): Promise<void> {
    const { hold } = await this.parties.bankNode.orderNumber.readOrder(key);
    const { expiresAt } = defined(hold, 'hold');
    await this.#options.passSeconds(expiresAt + 1 - Math.floor(Date.now() / 1000));
    await this.parties.bankNode.settlement.expire(key);
    await this.parties.dispatcher.logistics.purgeAddresses(key);
  }

  async #rate(key: Key, size: number): Promise<void> {
    const { terms } = await this.parties.bankNode.orderNumber.readTerms(key);
    const ratings = [
      { subject: 'merchant' as const, subjectId: MERCHANT, stars: 5, defect: false },
      { subject: 'courier' as const, subjectId: terms.courierId, stars: 4, defect: false },
      ...SHELF.slice(0, size).map((goods) => ({
        subject: 'goods' as const,
        subjectId: goods.gtin,
        stars: 4,
        defect: false,
      })),
    ];
    await this.parties.bankNode.feedback.rate({
      ...key,
      ratings,
      signature: signRatings(this.#buyer.device.privateKey, key, ratings),
    });
  }

  /** Customers who got their goods say what they think of the merchant. */
  async #complain(): Promise<void> {
    const stars = { subject: 'merchant' as const, subjectId: MERCHANT, stars: 1, defect: false };
    for (let round = 0; round < COMPLAINTS; round += 1) {
      await this.newCustomer();
      const purchase = this.purchaseOf(1);
      const key = await this.#paid(runExpress, purchase);
      await this.#deliver(purchase);
      await this.parties.bankNode.feedback.rate({
        ...key,
        ratings: [stars],
        signature: signRatings(this.#buyer.device.privateKey, key, [stars]),
      });
    }
  }

  /** Disputes and refunds, out of the payee's balance and out of the hold. */
  async #disputeAll(run: Run, size: number): Promise<void> {
    for (const decision of ['uphold', 'reject'] as const) {
      const { orderNumber } = await this.#paid(run, this.purchaseOf(size));
      await this.loginAgain();
      await this.#rollUp();
      await this.#world.dispute(this.#buyer.device, orderNumber);
      await this.#world.decide(orderNumber, decision);
    }
    const key = await this.#paid(run, this.purchaseOf(size));
    await this.loginAgain();
    await this.#rollUp();
    await this.#refund(key);
  }

  /** All that can be: most of the order's money, which takes its success back. */
  async #refund(key: Key): Promise<void> {
    const { cashier } = this.parties;
    const { hold } = await cashier.orderNumber.readOrder(key);
    const amount = hold === null ? '0' : holds.refundable(hold);
    await cashier.settlement.refund({ ...key, refundId: 'refund-1', amount });
  }

  async #rollUp(): Promise<void> {
    for (const payeeId of [MERCHANT, LOGISTICS])
      await rollUpPayee(this.parties.bankNode, { payeeId, currency: CURRENCY });
  }

  async #publishAll(): Promise<void> {
    const publish = { owner: MERCHANT };
    const { feedback } = this.parties.bankNode;
    await feedback.publish({ ...publish, subject: 'merchant', subjectId: MERCHANT });
    for (const goods of SHELF)
      await feedback.publish({ ...publish, subject: 'goods', subjectId: goods.gtin });
    await feedback.publish({
      ...publish,
      owner: LOGISTICS,
      subject: 'courier',
      subjectId: 'courier-cheap',
    });
  }

  /** More than one teller may issue alone. */
  async #issueByTwo(customerId: string): Promise<void> {
    const { issue } = POLICY.currencies[CURRENCY];
    const issued = {
      issueId: `large-${customerId}`,
      customerId,
      token: `tok-${customerId}`,
      currency: CURRENCY,
      amount: (BigInt(issue) + 1n).toString(),
    };
    await (await this.#world.bank('teller')).settlement.issue(issued);
    await (await this.#world.bank('operator')).settlement.confirmIssue(issued);
  }

  async #failLogin(): Promise<void> {
    const { identity } = await this.#world.bank('auth-service');
    const { customerId } = this.#buyer.device;
    await identity.verifyIdentity({ loginId: 'failing', customerId, deviceId: 'phone' });
    await identity.openLogin({ loginId: 'failing' });
    await identity.beginAuthentication({ loginId: 'failing' });
    await identity.failAuthentication({ loginId: 'failing' });
    await identity.updateProfile({ customerId, missing: ['email'], status: 'active' });
  }

  /** Batches of other sizes than those that the world began with. */
  async #changeCatalogues(): Promise<void> {
    const { dispatcher, bankNode } = this.parties;
    const licensed = await bankNode.goods.readMerchant({ merchantId: MERCHANT });
    const { active, licence, categories } = licensed;
    const merchants = [licensed.mspId, SECOND_MERCHANT].map((mspId) => ({
      merchantId: `shop-of-${mspId}`,
      mspId,
      active,
      licence,
      categories,
    }));
    await (await this.#world.bank('teller')).goods.licenseMerchants({ bankId: BANK, merchants });
    const known = await dispatcher.logistics.listCouriers({ logisticsId: LOGISTICS });
    await dispatcher.logistics.registerCouriers({
      logisticsId: LOGISTICS,
      couriers: known.couriers
        .slice(0, 1)
        .map((courier) => ({ ...registrationOf(courier), active: false })),
    });
  }
}
