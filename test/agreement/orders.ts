// SPDX-License-Identifier: Apache-2.0
// What the real contracts do to a ledger: every transaction of the table, refusals, repetitions, and orders that meet.
import assert from 'node:assert/strict';
import {
  ConflictError,
  RefusedError,
  runExpress,
  runStepwise,
  type Client,
} from '@fabric-offline-pay/sdk';
import {
  BANK,
  CURRENCY,
  GOODS,
  LOGISTICS,
  MERCHANT,
  type World,
} from '@fabric-offline-pay/testing';
import { firstOf, itemAt, leading } from '../support/defined.js';
import { eventually } from '../support/eventually.js';
import { EveryTransaction } from '../support/every-transaction.js';
import { orderLeg, quoteLeg, settleLeg, signQuoted } from '../support/express-legs.js';
import type { Endings } from '../support/offline-endings.js';
import { nowSeconds } from '../support/offline-ledger.js';
import { hurryOffline, spendOffline } from '../support/offline-lives.js';
import type { AgreementNetwork } from './agreement-network.js';

const ONCE = { retries: { attempts: 1 } };
const PAYEE = { payeeId: MERCHANT, currency: CURRENCY };
const FAILED = 'failed';

/** Real peers know no other time than the real one. */
async function passSeconds(seconds: number): Promise<void> {
  const until = Date.now() + seconds * 1000;
  await eventually(`${seconds} s to pass`, () =>
    Promise.resolve(Date.now() >= until ? true : undefined),
  );
}

/** In steps that are short enough to be waited for. */
async function passUntil(at: number): Promise<void> {
  for (let left = at - nowSeconds(); left > 0; left = at - nowSeconds())
    await passSeconds(Math.min(left, 10));
}

/** @returns the code with which the call was refused or lost, or `failed` for a failure without one. */
const codeOf = (calling: Promise<unknown>): Promise<string> =>
  calling.then(
    () => 'OK',
    (error: unknown) =>
      error instanceof RefusedError || error instanceof ConflictError ? error.code : FAILED,
  );

async function liveEveryTransaction({ world, clientFor }: AgreementNetwork): Promise<void> {
  const every = new EveryTransaction({ world, clientFor, passSeconds });
  await every.open();
  for (const live of [
    () => every.liveAllLives(runStepwise, 1),
    () => every.liveAllLives(runExpress, 2),
    () => every.deliveryGated(),
    () => every.changedGoods(1),
    () => every.everythingAroundOrders(),
  ]) {
    await every.newCustomer();
    await live();
  }
}

/** So many customers' orders, quoted at the same time, and signed. */
async function signedOrders(world: World, names: readonly string[]) {
  const parties = await world.parties();
  const purchases = await Promise.all(
    names.map(async (name) => {
      const device = await world.customer(name);
      return world.purchase(device, await world.login(device), { orderNumber: `OF-${name}` });
    }),
  );
  const quoted = await Promise.all(purchases.map((purchase) => quoteLeg(parties, purchase)));
  return Promise.all(
    purchases.map((purchase, index) => signQuoted(purchase, itemAt(quoted, index))),
  );
}

/** Orders placed at the same time, ready for the bank's leg. */
async function readyOrders(world: World, names: readonly string[]) {
  const parties = await world.parties();
  const signed = await signedOrders(world, names);
  await Promise.all(signed.map((order) => orderLeg(parties, order)));
  return signed;
}

/** Calls that travel as one transaction, one of them refused, one a repetition; then a batch with nothing to send. */
async function ordersThatTravelTogether({ world }: AgreementNetwork): Promise<void> {
  const parties = await world.parties();
  const [good, forged, twice] = leading(await signedOrders(world, ['fay', 'gus', 'hal']), 3);
  const forgery = { ...forged, signature: good.signature };
  const codes = await Promise.all(
    [good, forgery, twice, twice].map((order) => codeOf(orderLeg(parties, order))),
  );
  assert.deepEqual(codes, ['OK', 'SIGNATURE_INVALID', 'OK', 'OK']);
  const settled = [good, forged, twice].map(({ terms }) => codeOf(settleLeg(parties, terms)));
  assert.deepEqual(await Promise.all(settled), ['OK', 'NOT_FOUND', 'OK']);
  const refused = [forgery, forgery].map((order) => codeOf(orderLeg(parties, order)));
  assert.deepEqual(await Promise.all(refused), ['SIGNATURE_INVALID', 'SIGNATURE_INVALID']);
}

/** Payments are on their way while the payee is rolled up, twice at the same time. */
async function ordersThatMeet({ world }: AgreementNetwork): Promise<void> {
  const orders = await readyOrders(world, ['ann', 'bob', 'cyd', 'dan']);
  const parties = await world.parties();
  const { settlement } = parties.bankNode;
  const rollUp = async (): Promise<unknown> => {
    const { now: until } = await settlement.readPayee(PAYEE);
    return codeOf(settlement.rollUp({ ...PAYEE, until }, ONCE));
  };
  const settling = orders.map(
    ({ terms }) =>
      () =>
        settleLeg(parties, terms),
  );
  await firstOf(settling)();
  await Promise.all([rollUp(), ...settling.slice(1).map((settle) => settle())]);
  await Promise.all([rollUp(), rollUp()]);
  await rollUp();
}

/** Twice the same, twice the same key with other content, and ten at once. */
async function repetitions({ world }: AgreementNetwork): Promise<void> {
  const order = firstOf(await readyOrders(world, ['eve']));
  const parties = await world.parties();
  const teller = await world.bank('teller');
  await settleLeg(parties, order.terms);
  await settleLeg(parties, order.terms);
  const issue = {
    issueId: 'again',
    customerId: 'eve',
    token: 'tok-eve',
    currency: CURRENCY,
    amount: '10',
  };
  await Promise.all(Array.from({ length: 10 }, () => codeOf(teller.settlement.issue(issue, ONCE))));
  await teller.settlement.issue(issue);
  assert.equal(
    await codeOf(teller.settlement.issue({ ...issue, amount: '11' })),
    'IDEMPOTENCY_CONFLICT',
  );
  assert.equal(await codeOf(orderLeg(parties, { ...order, signature: 'AAAA' })), 'OK');
}

type Refusal = readonly [by: Client, call: (client: Client) => Promise<unknown>];

async function refusals({ world }: AgreementNetwork): Promise<void> {
  const key = { merchantId: MERCHANT, orderNumber: 'OF-eve' };
  const [cashier, courier, teller] = await Promise.all([
    world.merchant(),
    world.logistics('courier'),
    world.bank('teller'),
  ]);
  const licence = { number: 'LIC-2', validUntil: 1 };
  const merchant = { merchantId: 'm', mspId: 'MerchantMSP', active: true, licence, categories: [] };
  const asked: readonly Refusal[] = [
    [cashier, ({ settlement }) => settlement.capture({ ...key, captureId: 'c', amount: '1' })],
    [
      courier,
      ({ goods }) => goods.withdrawGoods({ merchantId: MERCHANT, gtin: GOODS.laptop.gtin }),
    ],
    [cashier, ({ goods }) => goods.registerGoods({ merchantId: 'other', goods: [GOODS.laptop] })],
    [teller, ({ goods }) => goods.licenseMerchants({ bankId: 'other', merchants: [merchant] })],
    [
      teller,
      ({ settlement }) =>
        settlement.dispute({
          ...{ ...key, orderNumber: 'none' },
          ...{ disputeId: 'd', signature: 'none' },
        }),
    ],
    [
      teller,
      ({ settlement }) => settlement.redeem({ ...PAYEE, redeemId: 'all', amount: '999999999' }),
    ],
    [
      teller,
      ({ identity }) =>
        identity.enrolCustomer({ customerId: 'eve', bankId: BANK, missing: ['email'] }),
    ],
    [courier, ({ logistics }) => logistics.readAddress({ ...key, ref: 'nowhere' })],
    [
      cashier,
      ({ settlement }) => settlement.readAccount({ customerId: 'nobody', currency: CURRENCY }),
    ],
    [courier, ({ logistics }) => logistics.listCouriers({ logisticsId: LOGISTICS })],
  ];
  const codes = await Promise.all(asked.map(([by, call]) => codeOf(call(by))));
  assert.ok(!codes.includes(FAILED), codes.join());
  assert.ok(new Set(codes).size >= 4, codes.join());
}

/** Certificates that pay and settle without a network, or vote on who bears its losses. */
const OFFLINE_CERTIFICATES = [
  ['bank', 'operator', BANK],
  ['bank', 'teller', BANK],
  ['bank', 'bank-node', BANK],
  ['merchant', 'terminal', MERCHANT],
  ['merchant', 'cashier', MERCHANT],
  ['merchant', 'operator', BANK],
  ['logistics', 'operator', BANK],
] as const;

/** Vouchers, double spends, proofs, losses, refunds and revocations. @returns what ends when nobody can claim any more */
async function offlinePayments({ world, clientFor }: AgreementNetwork): Promise<Endings> {
  const clients = new Map<string, Client>();
  for (const [role, attribute, actor] of OFFLINE_CERTIFICATES)
    clients.set([role, attribute, actor].join(), await clientFor(role, attribute, actor));
  const known = (...certificate: readonly string[]): Client => {
    const client = clients.get(certificate.join());
    assert.ok(client, certificate.join());
    return client;
  };
  const offline = { world, clientFor: known };
  await spendOffline(offline, 2);
  return hurryOffline(offline);
}

async function totals({ world }: AgreementNetwork): Promise<void> {
  const auditor = await world.bank('auditor');
  await auditor.settlement.totals({});
  await auditor.alarm.listAlarms({ bankId: BANK, open: true });
}

export async function runOrders(network: AgreementNetwork): Promise<void> {
  await network.world.found(network.participants);
  // First, so that its time has passed when all else is done.
  const endings = await offlinePayments(network);
  for (const run of [
    ordersThatMeet,
    ordersThatTravelTogether,
    repetitions,
    refusals,
    liveEveryTransaction,
  ])
    await run(network);
  await passUntil(endings.dueAt);
  await endings.end();
  await totals(network);
}
