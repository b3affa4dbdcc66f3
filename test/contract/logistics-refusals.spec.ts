// SPDX-License-Identifier: Apache-2.0
// What the logistics company's node does when the ledger refuses: what passes is tried again, what is final is told.
import { DomainError, type ErrorCode } from '@fabric-offline-pay/domain';
import { RefusedError } from '@fabric-offline-pay/sdk';
import { addressesOf, CURRENCY, deliverySecretOf, LOGISTICS } from '@fabric-offline-pay/testing';
import { holdAddresses } from '../../network/nodes/logistics/src/addresses/hold-addresses.js';
import { LOGISTICS_OPERATIONS } from '../../network/nodes/logistics/src/api/logistics-api.js';
import type { Caller, LogisticsContext } from '../../network/nodes/logistics/src/context.js';
import {
  planCourier,
  readCourier,
  registerDue,
} from '../../network/nodes/logistics/src/couriers/plan-couriers.js';
import type { LogisticsDatabase } from '../../network/nodes/logistics/src/database/schema.js';
import { deliver } from '../../network/nodes/logistics/src/deliveries/deliver.js';
import { pickUp } from '../../network/nodes/logistics/src/deliveries/pick-up.js';
import { alertLate, noticeLate } from '../../network/nodes/logistics/src/lateness/notice-late.js';
import type { LogisticsLedger } from '../../network/nodes/logistics/src/ledger.js';
import {
  listPayouts,
  readMoney,
  requestPayout,
  sendPayoutRequest,
} from '../../network/nodes/logistics/src/payouts/payouts.js';
import { defined } from '../support/defined.js';
import { eventually } from '../support/eventually.js';
import { openOffice, withOffice, type LogisticsOffice } from '../support/logistics-office.js';
import { OneOrder } from '../support/one-order.js';
import { passSeconds } from '../support/passing-time.js';

const COURIERS = ['courier-cheap', 'courier-dear'] as const;
const dispatcher: Caller = { name: 'dispatcher-1', role: 'dispatcher' };
const PAYOUT = { payoutId: 'P-1', currency: CURRENCY, amount: '100' };

let db: LogisticsDatabase;
let order: OneOrder;
let office: LogisticsOffice;

withOffice(
  async (room) => {
    ({ order, db } = room);
    office = await openOffice({ ...room, alerts: { late: () => Promise.resolve() } });
  },
  () => office.work.close(),
);

const signal = () => AbortSignal.timeout(10_000);

const refusal = (code: ErrorCode, divided = false) =>
  new RefusedError(new DomainError(code).toWire(), divided);

/** The office's context whose jobs are not asked for, with a ledger that refuses the first call of these two. */
function refusedOnce(error: RefusedError): LogisticsContext {
  const { context } = office;
  const { ledger } = context;
  const refused = new Set<string>();
  const once = <Given extends readonly unknown[], Output>(
    name: string,
    call: (...given: Given) => Promise<Output>,
  ) => {
    return (...given: Given): Promise<Output> => {
      if (refused.has(name)) return call(...given);
      refused.add(name);
      return Promise.reject(error);
    };
  };
  const { logistics, settlement } = ledger;
  return {
    ...context,
    asks: {
      ...context.asks,
      registerCouriers: () => Promise.resolve(),
      requestPayout: () => Promise.resolve(),
    },
    ledger: {
      ...ledger,
      logistics: {
        ...logistics,
        registerCouriers: once('registerCouriers', logistics.registerCouriers),
      },
      settlement: { requestPayout: once('requestPayout', settlement.requestPayout) },
    } satisfies LogisticsLedger,
  };
}

/** Delivers the order, and has the company's fee rolled up. */
async function earn(): Promise<void> {
  const { context, settle } = office;
  const courier: Caller = { name: COURIERS[0], role: 'courier' };
  await holdAddresses(context, order.key, addressesOf(order.key.orderNumber));
  await order.buy('express');
  await settle();
  await pickUp(context, courier, order.key);
  await deliver(context, courier, order.key, deliverySecretOf(order.key.orderNumber));
  const bank = await order.world.bank('bank-node');
  await bank.settlement.rollUp({
    payeeId: LOGISTICS,
    currency: CURRENCY,
    until: Math.floor(Date.now() / 1000),
  });
  await settle();
}

const PASSING = [
  refusal('CLOCK_SKEW'),
  refusal('INTERNAL'),
  refusal('LEDGER_VERSION_OTHER'),
  refusal('STATE_CONFLICT', true),
] as const;

test.each(PASSING)(
  'a payout outlives a refusal that passes: $code, divided: $divided',
  async (error) => {
    await earn();
    const context = refusedOnce(error);
    await requestPayout(context, 'operator-1', PAYOUT);
    await expect(sendPayoutRequest(context, PAYOUT, signal())).rejects.toBe(error);
    expect(await readMoney(context)).toMatchObject([{ requested: '100' }]);
    await sendPayoutRequest(context, PAYOUT, signal());
    await office.settle();
    const [payout] = (await listPayouts(context)).payouts;
    expect(payout).toMatchObject({ payoutId: 'P-1', refusal: null });
    expect(defined(payout, 'payout').onLedgerAt).not.toBeNull();
  },
);

test('a payout that the ledger refused for good counts no longer, and is asked for again on request', async () => {
  await earn();
  const context = refusedOnce(refusal('PARTICIPANT_UNKNOWN'));
  await requestPayout(context, 'operator-1', PAYOUT);
  await sendPayoutRequest(context, PAYOUT, signal());
  expect((await listPayouts(context)).payouts).toMatchObject([{ refusal: 'PARTICIPANT_UNKNOWN' }]);
  expect(await readMoney(context)).toMatchObject([{ requested: '0' }]);
  await requestPayout(office.context, 'operator-2', PAYOUT);
  expect(await readMoney(context)).toMatchObject([{ requested: '100' }]);
  const payouts = await eventually('the payout on the ledger', async () => {
    const listed = (await listPayouts(context)).payouts;
    return listed.some(({ onLedgerAt }) => onLedgerAt !== null) ? listed : undefined;
  });
  expect(payouts).toMatchObject([{ payoutId: 'P-1', askedBy: 'operator-2', refusal: null }]);
});

test("what stands on the ledger counts with the ledger's amount, whatever was refused here", async () => {
  await earn();
  const context = refusedOnce(refusal('IDEMPOTENCY_CONFLICT'));
  await requestPayout(context, 'operator-1', PAYOUT);
  await sendPayoutRequest(context, PAYOUT, signal());
  const { settlement } = office.context.ledger;
  await settlement.requestPayout({
    ...{ payeeId: LOGISTICS, currency: CURRENCY },
    ...{ redeemId: PAYOUT.payoutId, amount: '150' },
  });
  await office.settle();
  expect(await readMoney(context)).toMatchObject([{ requested: '150' }]);
});

test('a registration outlives a refusal that passes, and holds up no other courier', async () => {
  await office.settle();
  const error = refusal('CLOCK_SKEW');
  const context = refusedOnce(error);
  for (const courierId of COURIERS) {
    const { courier } = await readCourier(context, courierId);
    const { rating, conduct, ...registration } = defined(courier, 'courier');
    expect([rating.weight, conduct.mismatch]).toEqual([0, 0]);
    await planCourier(context, dispatcher, { courier: { ...registration, active: false } });
  }
  await expect(registerDue(context, signal())).rejects.toBe(error);
  const done = async () => {
    const read = COURIERS.map(async (courierId) => (await readCourier(context, courierId)).plans);
    return (await Promise.all(read))
      .flat()
      .map(({ doneAt, refusal: code }) => [doneAt !== null, code]);
  };
  expect(await done()).toEqual([
    [false, null],
    [true, null],
  ]);
  await registerDue(context, signal());
  expect(await done()).toEqual([
    [true, null],
    [true, null],
  ]);
});

test('the addresses of an order that another company carries are not kept', async () => {
  const { context, settle } = office;
  await order.buy('express');
  await settle();
  const key = { ...order.key, orderNumber: 'ORD-9' };
  const quote = await db.selectFrom('quotes').selectAll().executeTakeFirstOrThrow();
  const lost = { order_number: key.orderNumber, outcome: 'lost', courier_id: null } as const;
  await db
    .insertInto('quotes')
    .values({ ...quote, ...lost })
    .execute();
  const held = holdAddresses(context, key, addressesOf(key.orderNumber));
  await expect(held).rejects.toMatchObject({ code: 'ADDRESS_NOT_NEEDED' });
});

test('nobody is alerted of an order that ended before the alert went out', async () => {
  const { context, settle } = office;
  await order.buy('express');
  await settle();
  passSeconds(context.rules.promiseSeconds);
  const told: unknown[] = [];
  const quiet: LogisticsContext = {
    ...context,
    alerts: {
      late: (alert) => {
        told.push(alert);
        return Promise.resolve();
      },
    },
    asks: { ...context.asks, alertLate: () => Promise.resolve() },
  };
  await noticeLate(quiet);
  const late = { ...order.key, kind: 'promise' } as const;
  await db.updateTable('waybills').set({ ended_at: context.clock() }).execute();
  await alertLate(quiet, late);
  expect(told).toEqual([]);
  await db.updateTable('waybills').set({ ended_at: null }).execute();
  await alertLate(quiet, late);
  expect(told).toHaveLength(1);
});

test('earnings are asked for a year at most', () => {
  const { input } = LOGISTICS_OPERATIONS.listEarnings;
  expect(input.safeParse({ from: '2026-01-01', to: '2026-12-31' }).success).toBe(true);
  expect(input.safeParse({ from: '2026-01-01', to: '2027-01-02' }).success).toBe(false);
});
