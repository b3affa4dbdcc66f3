// SPDX-License-Identifier: Apache-2.0
// A history of real transactions, with the ledger as it stood before each: a hostile call takes the place of one of them,
// where the rightful one would have been done.
import { transactionNamed, type NamedTransaction } from '@fabric-offline-pay/domain';
import { rollUpPayee } from '@fabric-offline-pay/operate';
import { runExpress, runStepwise, signRatings, type Purchase } from '@fabric-offline-pay/sdk';
import {
  addressesOf,
  BANK,
  CURRENCY,
  deliverySecretOf,
  GOODS,
  LOGISTICS,
  MERCHANT,
  POLICY,
  MemoryLedger,
  type CustomerDevice,
  type PurchaseOptions,
  type MemoryLedgerOptions,
  type Proposal,
} from '@fabric-offline-pay/testing';
import { failLogin } from '../support/histories.js';
import { rivals, type Rivals } from '../support/rivals.js';
import type { StoppedClock } from './clock.js';
import type { Devices } from './play-along.js';

/** Organisations with a peer that the registry does not know. */
export const STRANGERS = ['StrangerMSP', 'SecondStrangerMSP'] as const;

/** One transaction of the history. */
export interface Entry {
  readonly transaction: NamedTransaction;
  readonly proposal: Proposal;
  /** The ledger before it. */
  readonly before: MemoryLedger;
}

export interface History {
  readonly entries: readonly Entry[];
  /** The ledger after the last. */
  readonly after: MemoryLedger;
  readonly seconds: number;
  readonly devices: Devices;
}

/** Remembers proposals: a block has no transient data. */
class RecordingLedger extends MemoryLedger {
  readonly proposals = new Map<string, Proposal>();

  override propose(...given: Parameters<MemoryLedger['propose']>): Proposal {
    const proposal = super.propose(...given);
    this.proposals.set(proposal.txId, proposal);
    return proposal;
  }
}

function record(ledger: RecordingLedger): Entry[] {
  const entries: Entry[] = [];
  let before = ledger.fork();
  ledger.onBlock(({ transactions }) => {
    for (const { txId, function: name, validationCode } of transactions) {
      const [contract = '', method = ''] = name.split(':');
      const transaction = transactionNamed(contract, method);
      const proposal = ledger.proposals.get(txId);
      if (transaction !== undefined && proposal !== undefined && validationCode === 'VALID')
        entries.push({ transaction, proposal, before });
    }
    before = ledger.fork();
  });
  return entries;
}

const HOLD_SECONDS = 30;
const MORE_THAN_ONE_TELLER_ISSUES = '100000001';
const WRONG = { goodsTotal: '1' };

/** Lives the lives of orders of one customer, one way. */
class Life {
  readonly #rivals: Rivals;
  readonly #device: CustomerDevice;
  readonly #loginId: string;
  readonly #way: 'stepwise' | 'express';

  constructor(given: Rivals, device: CustomerDevice, loginId: string, way: 'stepwise' | 'express') {
    this.#rivals = given;
    this.#device = device;
    this.#loginId = loginId;
    this.#way = way;
  }

  async buy(name: string, options: Partial<PurchaseOptions> = {}) {
    const { world } = this.#rivals;
    const orderNumber = `${this.#way}-${name}`;
    const purchase: Purchase = world.purchase(this.#device, this.#loginId, {
      orderNumber,
      ...options,
    });
    const parties = await world.parties();
    await (this.#way === 'express' ? runExpress : runStepwise)(parties, purchase);
    return { merchantId: MERCHANT, orderNumber };
  }

  async live(clock: StoppedClock): Promise<void> {
    await this.#deliverAndRate();
    await this.#alarms();
    await this.#disputes();
    await this.#expire(clock);
    await this.buy('left', { claim: null });
    await this.buy('blocked', { logisticsStatement: WRONG });
  }

  async #deliverAndRate(): Promise<void> {
    const { dispatcher, bankNode } = await this.#rivals.world.parties();
    const key = await this.buy('delivered');
    await dispatcher.logistics.pickUp(key, {
      transient: { ...addressesOf(key.orderNumber) },
    });
    await dispatcher.logistics.deliver({ ...key, secret: deliverySecretOf(key.orderNumber) });
    const ratings = [
      { subject: 'goods' as const, subjectId: GOODS.charger.gtin, stars: 5, defect: false },
      { subject: 'merchant' as const, subjectId: MERCHANT, stars: 4, defect: false },
    ];
    const signature = signRatings(this.#device.privateKey, key, ratings);
    await bankNode.feedback.rate({ ...key, ratings, signature });
  }

  async #alarms(): Promise<void> {
    const { world } = this.#rivals;
    const { bankNode, cashier } = await world.parties();
    const { alarm } = await world.bank('operator');
    const resolved = await this.buy('resolved', { logisticsStatement: WRONG });
    await alarm.resolve({ ...resolved, reason: 'a typing error' });
    const part = { captureId: 'claim-1', amount: '1000' };
    await bankNode.settlement.capture({ ...resolved, ...part });
    await cashier.settlement.void(resolved);
    const upheld = await this.buy('upheld', { logisticsStatement: WRONG });
    await alarm.uphold({ ...upheld, reason: 'the goods are missing' });
    await cashier.settlement.void(upheld);
  }

  async #disputes(): Promise<void> {
    const { world } = this.#rivals;
    const { cashier } = await world.parties();
    const operator = await world.bank('operator');
    await rollUp(this.#rivals);
    for (const decision of ['reject', 'uphold'] as const) {
      const key = await this.buy(`disputed-${decision}`);
      await world.dispute(this.#device, key.orderNumber);
      await operator.settlement.agreeDispute({ ...key, disputeId: 'dispute-1' });
      await world.decide(key.orderNumber, decision);
    }
    const refunded = await this.buy('refunded');
    await cashier.settlement.refund({ ...refunded, refundId: 'refund-1', amount: '10' });
  }

  async #expire(clock: StoppedClock): Promise<void> {
    const { bankNode, dispatcher } = await this.#rivals.world.parties();
    const key = await this.buy('expired', { claim: null, holdSeconds: HOLD_SECONDS });
    clock.pass(HOLD_SECONDS);
    await bankNode.settlement.expire(key);
    await dispatcher.logistics.purgeAddresses(key);
  }

  /** For a customer whose payees are paid at delivery: everything that time ends, at last. */
  async waitForAll(clock: StoppedClock): Promise<void> {
    const { world } = this.#rivals;
    const { bankNode } = await world.parties();
    const { settlement } = bankNode;
    const [owing, believed, lost, undecided] = [
      await this.buy('owing'),
      await this.buy('believed'),
      await this.buy('lost'),
      await this.buy('undecided'),
    ];
    await world.deliver(owing.orderNumber);
    await emptyMerchant(this.#rivals);
    await world.dispute(this.#device, owing.orderNumber);
    await world.decide(owing.orderNumber, 'uphold');
    await world.deliver(believed.orderNumber, { proven: false });
    await world.dispute(this.#device, undecided.orderNumber);
    // Before the merchant has money again, which would pay its debt.
    clock.pass(POLICY.debtSeconds);
    await settlement.bearDebt({
      ...{ payeeId: MERCHANT, currency: CURRENCY },
      orderNumber: owing.orderNumber,
    });
    clock.pass(POLICY.unprovenSeconds);
    await settlement.release(believed);
    clock.pass(POLICY.deliverySeconds);
    await settlement.returnUndelivered(lost);
    await settlement.lapseDispute({ ...undecided, disputeId: 'dispute-1' });
  }
}

async function rollUp({ world }: Rivals): Promise<void> {
  const { bankNode } = await world.parties();
  for (const payeeId of [MERCHANT, LOGISTICS])
    await rollUpPayee(bankNode, { payeeId, currency: CURRENCY });
}

/** Then the merchant owes what a dispute takes. */
async function emptyMerchant(rivals: Rivals): Promise<void> {
  const { world } = rivals;
  await rollUp(rivals);
  const { settlement } = await world.bank('bank-node');
  const { balance } = await settlement.readPayee({ payeeId: MERCHANT, currency: CURRENCY });
  await world.payOut(MERCHANT, 'redeem-all', balance);
}

async function liveOrders(given: Rivals, clock: StoppedClock): Promise<Devices> {
  const { world } = given;
  const device = await world.customer('customer-1');
  const loginId = await world.login(device);
  for (const way of ['express', 'stepwise'] as const)
    await new Life(given, device, loginId, way).live(clock);
  const doubtful = await world.customer('customer-2', '200000');
  await failLogin(world, doubtful, 5);
  await new Life(given, doubtful, await world.login(doubtful), 'express').waitForAll(clock);
  return new Map([device, doubtful].map((each) => [each.customerId, each.privateKey]));
}

async function liveAround(given: Rivals): Promise<void> {
  const { world, clientOf } = given;
  const { bankNode, cashier } = await world.parties();
  const teller = await world.bank('teller');
  await world.customer('customer-4', MORE_THAN_ONE_TELLER_ISSUES);
  const { customerId } = await world.customer('customer-3', '0');
  const profile = { customerId, missing: ['email'], status: 'active' as const };
  await (await world.bank('auth-service')).identity.updateProfile(profile);
  await teller.identity.revokeDevice({ customerId, deviceId: 'phone' });
  await rollUp(given);
  await world.payOut(LOGISTICS, 'redeem-1', '10');
  await teller.settlement.withdraw({
    ...{ withdrawId: 'withdraw-1', customerId: 'customer-1', token: 'tok-customer-1' },
    ...{ currency: CURRENCY, amount: '10' },
  });
  const publish = { subject: 'merchant' as const, owner: MERCHANT, subjectId: MERCHANT };
  await bankNode.feedback.publish(publish);
  await cashier.goods.withdrawGoods({ merchantId: MERCHANT, gtin: GOODS.laptop.gtin });
  const proposal = { kind: 'policy' as const, policy: { ...POLICY, loginSeconds: 600 } };
  for (const mspId of ['BankMSP', 'MerchantMSP', 'LogisticsMSP', 'AuditorMSP', 'SecondBankMSP'])
    await clientOf(mspId, 'operator', BANK).identity.vote({ proposal });
}

/** Builds the history; the clock must be installed. */
export async function liveHistory(clock: StoppedClock): Promise<History> {
  let entries: Entry[] = [];
  const given = await rivals((options: MemoryLedgerOptions) => {
    const members = [...options.members, ...STRANGERS.map((mspId) => ({ mspId }))];
    const ledger = new RecordingLedger({ ...options, members, now: clock.now });
    entries = record(ledger);
    return ledger;
  });
  const devices = await liveOrders(given, clock);
  await liveAround(given);
  return { entries, after: given.ledger.fork(), seconds: clock.seconds, devices };
}
