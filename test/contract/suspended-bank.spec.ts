// SPDX-License-Identifier: Apache-2.0
// A suspended bank ends what it began, for its customers and payees, and begins nothing new with its money.
import type { InputOf } from '@fabric-offline-pay/domain';
import { rollUpPayee } from '@fabric-offline-pay/operate';
import { runExpress, runStepwise, type Purchase } from '@fabric-offline-pay/sdk';
import {
  BANK,
  CURRENCY,
  LOGISTICS,
  MERCHANT,
  POLICY,
  type CustomerDevice,
} from '@fabric-offline-pay/testing';
import { orderLeg, quoteLeg, signQuoted } from '../support/express-legs.js';
import { missingMoney } from '../support/money.js';
import { OfflineLedger, reserveKeyOf } from '../support/offline-ledger.js';
import { newDevice } from '../support/offline-world.js';
import { ORGANISATIONS, rivals, type Rivals } from '../support/rivals.js';

type Proposal = InputOf<'identity', 'vote'>['proposal'];

const SUSPENDED = { code: 'BANK_SUSPENDED' };
const [OWN, OTHER] = ORGANISATIONS.bank;
const OTHERS = Object.values(ORGANISATIONS)
  .flat()
  .filter((mspId) => mspId !== OWN);

let all: Rivals;
let device: CustomerDevice;
let loginId: string;

const becoming = (status: 'active' | 'suspended'): Proposal => ({
  kind: 'participant',
  participant: { mspId: OWN, role: 'bank', actor: BANK, bankId: null, status },
});

const vote = async (mspId: string, proposal: Proposal) =>
  (await all.clientOf(mspId, 'operator', 'whoever').identity.vote({ proposal })).result;

beforeEach(async () => {
  all = await rivals();
  device = await all.world.customer('customer-1');
  loginId = await all.world.login(device);
});
afterEach(() => expect(missingMoney(all.ledger.state())).toBe(0n));

const purchase = (orderNumber: string, claim?: string): Purchase =>
  all.world.purchase(device, loginId, {
    orderNumber,
    ...(claim === undefined ? {} : { claim }),
  });
const keyOf = ({ basket: { merchantId, orderNumber } }: Purchase) => ({ merchantId, orderNumber });

const suspend = () => vote(OWN, becoming('suspended'));

test('all other participants together suspend it, and it comes back only with its own vote and most others', async () => {
  for (const mspId of OTHERS.slice(1))
    expect(await vote(mspId, becoming('suspended'))).toMatchObject({ enacted: false });
  expect(await vote(OTHER, becoming('suspended'))).toMatchObject({ enacted: true });
  for (const mspId of OTHERS)
    expect(await vote(mspId, becoming('active'))).toMatchObject({ enacted: false });
  expect(await vote(OWN, becoming('active'))).toMatchObject({ enacted: true });
});

test('a company that was suspended after its quote gets no order: nobody could deliver it', async () => {
  const parties = await all.world.parties();
  const bought = purchase('ORD-1');
  const signed = await signQuoted(bought, await quoteLeg(parties, bought));
  const [logistics] = ORGANISATIONS.logistics;
  const participant = {
    mspId: logistics,
    role: 'logistics',
    actor: LOGISTICS,
    bankId: BANK,
  } as const;
  await vote(logistics, {
    kind: 'participant',
    participant: { ...participant, status: 'suspended' },
  });
  await expect(orderLeg(parties, signed)).rejects.toMatchObject({
    code: 'PARTICIPANT_UNKNOWN',
    details: { actor: LOGISTICS },
  });
});

test.each([
  ['express', runExpress],
  ['stepwise', runStepwise],
] as const)('no new order is paid with its money: %s', async (_, run) => {
  const parties = await all.world.parties();
  const { settlement } = parties.bankNode;
  const account = { customerId: device.customerId, currency: CURRENCY };
  const { available } = await settlement.readAccount(account);
  await suspend();
  await expect(run(parties, purchase('ORD-1'))).rejects.toMatchObject(SUSPENDED);
  expect((await settlement.readAccount(account)).available).toBe(available);
});

test('held money is claimed, released, refunded and paid out; alarms are decided', async () => {
  const parties = await all.world.parties();
  const [unclaimed, disputed, blocked] = [
    purchase('ORD-1', '10'),
    purchase('ORD-2'),
    {
      ...purchase('ORD-3'),
      merchantStatement: { ...purchase('ORD-3').merchantStatement, goodsTotal: '1' },
    },
  ];
  for (const bought of [unclaimed, disputed, blocked]) await runExpress(parties, bought);
  await suspend();
  const claim = { ...keyOf(unclaimed), captureId: 'claim-2', amount: '1000' };
  await parties.cashier.settlement.claim({ ...keyOf(unclaimed), claimed: '1010' });
  const { bankNode, cashier } = parties;
  const [teller, operator] = [await all.world.bank('teller'), await all.world.bank('operator')];
  expect((await bankNode.settlement.capture(claim)).result.state).toBe('partiallyCaptured');
  expect((await cashier.settlement.void(keyOf(unclaimed))).result.state).toBe('released');
  await operator.alarm.uphold({ ...keyOf(blocked), reason: 'the goods are missing' });
  await cashier.settlement.void(keyOf(blocked));
  await rollUpPayee(bankNode, { payeeId: MERCHANT, currency: CURRENCY });
  await cashier.settlement.refund({ ...keyOf(disputed), refundId: 'refund-1', amount: '10' });
  const redeem = { payeeId: MERCHANT, currency: CURRENCY, redeemId: 'redeem-1', amount: '100' };
  await cashier.settlement.requestPayout(redeem);
  await teller.settlement.redeem(redeem);
});

describe('for payments without a network', () => {
  const clientFor = (role: keyof typeof ORGANISATIONS, attribute: never, actor: string) =>
    all.clientOf(ORGANISATIONS[role][0], attribute, actor);

  test('it sets no more money aside, but pays out of earlier reserves', async () => {
    const ledger = await OfflineLedger.open({ world: all.world, clientFor: clientFor as never });
    const funded = await ledger.device('customer-2', { total: 10_000n });
    const raised = newDevice({ ...funded.certificate, total: 11_000n, sequence: 1 }, funded.key);
    await suspend();
    await expect(ledger.device('customer-3')).rejects.toMatchObject(SUSPENDED);
    const certificate = Buffer.from(raised.certificateBytes).toString('base64');
    const topUp = { ...reserveKeyOf(funded), sequence: 1, certificate };
    await expect(ledger.node.offline.topUp(topUp)).rejects.toMatchObject(SUSPENDED);
    expect(await ledger.settle([[funded, [ledger.pay(funded)]]])).toEqual(['settled']);
  });
});

test('its vote is still needed', async () => {
  await suspend();
  const proposal: Proposal = { kind: 'policy', policy: { ...POLICY, loginSeconds: 60 } };
  for (const mspId of OTHERS) expect(await vote(mspId, proposal)).toMatchObject({ enacted: false });
  expect(await vote(OWN, proposal)).toMatchObject({ enacted: true });
});
