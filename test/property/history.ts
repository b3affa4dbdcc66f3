// SPDX-License-Identifier: Apache-2.0
// A history of real transactions, with the ledger as it stood before each: a hostile call takes the place of one of them,
// where the rightful one would have been done.
import { transactionNamed, type NamedTransaction } from '@fabric-offline-pay/domain';
import { rollUpPayee } from '@fabric-offline-pay/network';
import { runExpress, runStepwise, signRatings, type Purchase } from '@fabric-offline-pay/sdk';
import { MemoryLedger, type MemoryLedgerOptions, type Proposal } from '@fabric-offline-pay/testing';
import { failLogin } from '../support/histories';
import { rivals, type Rivals } from '../support/rivals';
import {
  addressesOf,
  BANK,
  CURRENCY,
  GOODS,
  LOGISTICS,
  MERCHANT,
  POLICY,
  type CustomerDevice,
  type PurchaseOptions,
} from '../support/world';
import type { StoppedClock } from './clock';
import type { Devices } from './play-along';

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
    await dispatcher.logistics.deliver(key);
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
    const teller = await world.bank('teller');
    const operator = await world.bank('operator');
    await rollUp(this.#rivals);
    for (const decision of ['reject', 'uphold'] as const) {
      const key = await this.buy(`disputed-${decision}`);
      await teller.settlement.dispute(key);
      await operator.settlement.resolveDispute({ ...key, decision });
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

  /** For a customer whose payees are paid at delivery. */
  async deliverAndRelease(): Promise<void> {
    const { dispatcher, bankNode } = await this.#rivals.world.parties();
    const key = await this.buy('released');
    await dispatcher.logistics.pickUp(key, {
      transient: { ...addressesOf(key.orderNumber) },
    });
    await dispatcher.logistics.deliver(key);
    await bankNode.settlement.release(key);
  }
}

async function rollUp({ world }: Rivals): Promise<void> {
  const { bankNode } = await world.parties();
  for (const payeeId of [MERCHANT, LOGISTICS])
    await rollUpPayee(bankNode, { payeeId, currency: CURRENCY });
}

async function liveOrders(given: Rivals, clock: StoppedClock): Promise<Devices> {
  const { world } = given;
  const device = await world.customer('customer-1');
  const loginId = await world.login(device);
  for (const way of ['express', 'stepwise'] as const)
    await new Life(given, device, loginId, way).live(clock);
  const doubtful = await world.customer('customer-2', '200000');
  await failLogin(world, doubtful, 5);
  await new Life(given, doubtful, await world.login(doubtful), 'express').deliverAndRelease();
  return new Map([device, doubtful].map((each) => [each.customerId, each.privateKey]));
}

async function liveAround(given: Rivals): Promise<void> {
  const { world, clientOf } = given;
  const { bankNode, cashier } = await world.parties();
  const teller = await world.bank('teller');
  const { customerId } = await world.customer('customer-3', '0');
  const profile = { customerId, missing: ['email'], status: 'active' as const };
  await (await world.bank('auth-service')).identity.updateProfile(profile);
  await teller.identity.revokeDevice({ customerId, deviceId: 'phone' });
  const redeem = { redeemId: 'redeem-1', payeeId: MERCHANT, currency: CURRENCY, amount: '10' };
  await teller.settlement.redeem(redeem);
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
