// SPDX-License-Identifier: Apache-2.0
// Which actor a certificate may speak for: its own authority writes the actor, and the ledger decides whether it may.
import { licensingOf, registrationOf } from '@fabric-offline-pay/domain';
import { rollUpPayee } from '@fabric-offline-pay/operate';
import { runExpress, runStepwise, type Purchase } from '@fabric-offline-pay/sdk';
import {
  BANK,
  CURRENCY,
  GOODS,
  LOGISTICS,
  MERCHANT,
  type CustomerDevice,
} from '@fabric-offline-pay/testing';
import { firstOf } from '../support/defined.js';
import { missingMoney } from '../support/money.js';
import { ORGANISATIONS, rivals, type Rivals } from '../support/rivals.js';

const NOT_OWNER = { code: 'NOT_OWNER' };
const PAYEES = [MERCHANT, LOGISTICS];

let all: Rivals;
let device: CustomerDevice;
let loginId: string;

beforeEach(async () => {
  all = await rivals();
  device = await all.world.customer('customer-1');
  loginId = await all.world.login(device);
});
afterEach(() => expect(missingMoney(all.ledger.state())).toBe(0n));

const purchase = (orderNumber = 'ORD-1'): Purchase =>
  all.world.purchase(device, loginId, { orderNumber });
const keyOf = ({ basket: { merchantId, orderNumber } }: Purchase) => ({ merchantId, orderNumber });

describe('a bank certificate', () => {
  const enrol = { customerId: 'customer-9', bankId: BANK, missing: [] };

  test.each([
    ['the first bank, as another bank', 0, 'bank-2', { ...enrol, bankId: 'bank-2' }],
    ['the second bank, as the first', 1, BANK, enrol],
    ['the second bank, as itself, for the first', 1, 'bank-2', enrol],
    ['the first bank, as nobody', 0, undefined, enrol],
  ] as const)('of %s owns nothing', async (_, index, actor, input) => {
    const teller = all.clientOf(ORGANISATIONS.bank[index], 'teller', actor);
    await expect(teller.identity.enrolCustomer({ ...input, missing: [] })).rejects.toMatchObject(
      NOT_OWNER,
    );
  });

  test('of the second bank works only for its own customers', async () => {
    const teller = all.clientOf(ORGANISATIONS.bank[1], 'teller', 'bank-2');
    await teller.identity.enrolCustomer({ ...enrol, bankId: 'bank-2' });
    const change = { missing: ['email'], status: 'active' as const };
    await teller.identity.updateProfile({ customerId: 'customer-9', ...change });
    for (const actor of ['bank-2', BANK])
      await expect(
        all
          .clientOf(ORGANISATIONS.bank[1], 'teller', actor)
          .identity.updateProfile({ customerId: 'customer-1', ...change }),
      ).rejects.toMatchObject(NOT_OWNER);
  });
});

test('a bank cannot license a merchant of another bank, even without a change', async () => {
  const rival = all.clientOf(ORGANISATIONS.bank[1], 'teller', 'bank-2');
  const before = await rival.goods.readMerchant({ merchantId: MERCHANT });
  for (const mspId of ORGANISATIONS.merchant) {
    const merchants = [{ ...licensingOf(before), mspId }];
    await expect(
      rival.goods.licenseMerchants({ bankId: 'bank-2', merchants }),
    ).rejects.toMatchObject({ ...NOT_OWNER, details: { merchantId: MERCHANT } });
  }
  expect(await rival.goods.readMerchant({ merchantId: MERCHANT })).toEqual(before);
});

describe('a merchant certificate', () => {
  const register = { merchantId: MERCHANT, goods: [GOODS.charger] };
  const cashier = (index: 0 | 1, actor?: string) =>
    all.clientOf(ORGANISATIONS.merchant[index], 'cashier', actor);
  const license = async (merchantId: string, mspId: string) =>
    (await all.world.bank('teller')).goods.licenseMerchants({
      bankId: BANK,
      merchants: [{ merchantId, mspId, active: true, licence: null, categories: [] }],
    });

  test.each([
    ['the second organisation, as a merchant of the first', 1, MERCHANT],
    ['the first organisation, as the organisation itself', 0, 'merchant-org'],
    ['the first organisation, as nobody', 0, undefined],
  ] as const)('of %s owns nothing', async (_, index, actor) => {
    await expect(
      cashier(index, actor).goods.registerGoods({ ...register, merchantId: actor ?? MERCHANT }),
    ).rejects.toMatchObject(NOT_OWNER);
  });

  test('speaks for a merchant only after the merchant is licensed to its organisation', async () => {
    const own = { ...register, merchantId: 'shop-2' };
    const second = cashier(1, 'shop-2');
    await expect(second.goods.registerGoods(own)).rejects.toMatchObject(NOT_OWNER);
    await license('shop-2', ORGANISATIONS.merchant[1]);
    await second.goods.registerGoods(own);
    await expect(cashier(0, 'shop-2').goods.registerGoods(own)).rejects.toMatchObject(NOT_OWNER);
  });

  test.each(['BankMSP', 'LogisticsMSP', 'NobodyMSP'])(
    'cannot be licensed to %s, which is no merchant organisation',
    async (mspId) => {
      await expect(license('shop-3', mspId)).rejects.toMatchObject({ code: 'PARTICIPANT_UNKNOWN' });
    },
  );
});

describe('a logistics certificate', () => {
  test.each([
    ['the first company, as another', 0, 'logistics-2'],
    ['the second company, as the first', 1, LOGISTICS],
    ['the first company, as nobody', 0, undefined],
  ] as const)('of %s owns nothing', async (_, index, actor) => {
    const dispatcher = all.clientOf(ORGANISATIONS.logistics[index], 'dispatcher', actor);
    const { couriers } = await dispatcher.logistics.listCouriers({ logisticsId: LOGISTICS });
    await expect(
      dispatcher.logistics.registerCouriers({
        logisticsId: actor ?? LOGISTICS,
        couriers: couriers.map(registrationOf),
      }),
    ).rejects.toMatchObject(NOT_OWNER);
  });

  test('of the second company, as itself or as the first, delivers nothing of the first', async () => {
    const bought = purchase();
    await runExpress(await all.world.parties(), bought);
    for (const actor of ['logistics-2', LOGISTICS])
      await expect(
        all
          .clientOf(ORGANISATIONS.logistics[1], 'courier', actor)
          .logistics.pickUp(keyOf(bought), { transient: { ...bought.addresses } }),
      ).rejects.toMatchObject(NOT_OWNER);
  });
});

describe("an auditor's certificate", () => {
  const ask = (index: 0 | 1, actor: string) =>
    all
      .clientOf(ORGANISATIONS.bank[index], 'auditor', actor)
      .feedback.listPurchases({ customerId: 'customer-1' });

  test('of a bank reads the purchases of its own customers only', async () => {
    expect((await ask(0, BANK)).purchases).toEqual([]);
    for (const actor of [BANK, 'bank-2'])
      await expect(ask(1, actor)).rejects.toMatchObject(NOT_OWNER);
  });
});

describe('what belongs to nobody', () => {
  test('is readable for every member, with or without role and actor', async () => {
    for (const msps of Object.values(ORGANISATIONS))
      for (const mspId of msps)
        for (const client of [all.clientOf(mspId), all.clientOf(mspId, 'courier', 'whoever')])
          expect((await client.identity.readParticipants({})).participants).toHaveLength(8);
  });

  test('does not depend on the actor: any bank can publish ratings', async () => {
    const about = { subject: 'merchant' as const, owner: MERCHANT, subjectId: MERCHANT };
    for (const actor of ['bank-2', 'whoever', undefined]) {
      const node = all.clientOf(ORGANISATIONS.bank[1], 'bank-node', actor);
      expect((await node.feedback.publish(about)).result.replayed).toBe(true);
    }
  });
});

describe("a payee's money", () => {
  /** An order that is paid and delivered. */
  const earn = async () => {
    const bought = purchase();
    await runExpress(await all.world.parties(), bought);
    await all.world.deliver(bought.basket.orderNumber);
  };

  const rolledUp = async (payeeId: string) => {
    const bankNode = await all.world.bank('bank-node');
    return (await rollUpPayee(bankNode, { payeeId, currency: CURRENCY })).balance;
  };

  test.each(PAYEES)('of %s is rolled up and redeemed by its own bank', async (payeeId) => {
    await earn();
    const amount = await rolledUp(payeeId);
    expect(Number(amount)).toBeGreaterThan(0);
    expect((await all.world.payOut(payeeId, 'redeem-1', amount)).result.balance).toBe('0');
  });

  test.each(
    PAYEES.flatMap((payeeId) => ['bank-2', BANK].map((actor) => [payeeId, actor] as const)),
  )('of %s is not touched by the second bank, as %s', async (payeeId, actor) => {
    await earn();
    const amount = await rolledUp(payeeId);
    const node = all.clientOf(ORGANISATIONS.bank[1], 'bank-node', actor);
    const teller = all.clientOf(ORGANISATIONS.bank[1], 'teller', actor);
    const payee = { payeeId, currency: CURRENCY };
    for (const attempt of [
      () => node.settlement.rollUp({ ...payee, until: 0 }),
      () => teller.settlement.redeem({ ...payee, redeemId: 'redeem-1', amount }),
    ])
      await expect(attempt()).rejects.toMatchObject(NOT_OWNER);
    expect((await node.settlement.readPayee(payee)).balance).toBe(amount);
  });

  test('of a payee that is none is not found', async () => {
    const { settlement } = await all.world.bank('bank-node');
    for (const payeeId of ['nobody', BANK, 'merchant-org'])
      await expect(
        settlement.rollUp({ payeeId, currency: CURRENCY, until: 0 }),
      ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a second logistics company', () => {
  /** It answers the same order number with couriers, a price and addresses of its own. */
  async function quoteAsRival(purchased: Purchase): Promise<void> {
    const { logistics, express } = all.clientOf(
      ORGANISATIONS.logistics[1],
      'dispatcher',
      'logistics-2',
    );
    const { couriers } = await logistics.listCouriers({ logisticsId: LOGISTICS });
    const dearer = couriers.map(registrationOf).map((courier) => ({
      ...courier,
      tariffs: courier.tariffs.map((tariff) => ({ ...tariff, base: '99999' })),
    }));
    await logistics.registerCouriers({ logisticsId: 'logistics-2', couriers: dearer });
    const { basket, logisticsStatement } = JSON.parse(JSON.stringify(purchased)) as Parameters<
      typeof express.quote
    >[0] & { logisticsStatement: Parameters<typeof express.quote>[0]['statement'] };
    await express.quote(
      { basket: { ...basket, logisticsId: 'logistics-2' }, statement: logisticsStatement },
      { transient: { ...purchased.addresses } },
    );
  }

  test.each([
    ['stepwise', runStepwise],
    ['express', runExpress],
  ] as const)('quotes for the same order without affecting the first: %s', async (_, run) => {
    const bought = purchase();
    await quoteAsRival(bought);
    const parties = await all.world.parties();
    expect((await run(parties, bought)).state).toBe('released');
    const { logistics } = parties.dispatcher;
    const quoteBy = async (logisticsId: string) =>
      logistics.readQuote({ ...keyOf(bought), logisticsId });
    const [own, rival] = [await quoteBy(LOGISTICS), await quoteBy('logistics-2')];
    const fees = ({ offers }: typeof own) => firstOf(offers).couriers.map(({ fee }) => Number(fee));
    expect(Math.min(...fees(rival))).toBeGreaterThan(Math.max(...fees(own)));
    const { terms } = await parties.bankNode.orderNumber.readTerms(keyOf(bought));
    expect(Number(terms.fee)).toBe(Math.min(...fees(own)));
    await logistics.pickUp(keyOf(bought), { transient: { ...bought.addresses } });
    const { text } = await logistics.readAddress({ ...keyOf(bought), ref: terms.addressRef });
    expect(text).toBe(firstOf(bought.addresses.addresses).text);
  });

  test('that was not chosen can purge its addresses when the order is over', async () => {
    const bought = purchase();
    await quoteAsRival(bought);
    await runExpress(await all.world.parties(), bought);
    const { logistics } = (await all.world.parties()).dispatcher;
    await logistics.pickUp(keyOf(bought), { transient: { ...bought.addresses } });
    await logistics.deliver(keyOf(bought));
    const rival = all.clientOf(ORGANISATIONS.logistics[1], 'dispatcher', 'logistics-2');
    await rival.logistics.purgeAddresses(keyOf(bought));
  });

  test('that quotes late, and purges its own addresses, leaves those of the first alone', async () => {
    const bought = purchase();
    await runExpress(await all.world.parties(), bought);
    const { dispatcher } = await all.world.parties();
    await dispatcher.logistics.pickUp(keyOf(bought), { transient: { ...bought.addresses } });
    await quoteAsRival(bought);
    const rival = all.clientOf(ORGANISATIONS.logistics[1], 'dispatcher', 'logistics-2');
    await rival.logistics.purgeAddresses(keyOf(bought));
    await expect(dispatcher.logistics.purgeAddresses(keyOf(bought))).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
    });
    const ref = firstOf(bought.addresses.addresses).ref;
    expect(await dispatcher.logistics.readAddress({ ...keyOf(bought), ref })).toMatchObject({
      ref,
    });
  });
});
