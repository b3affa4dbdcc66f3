// SPDX-License-Identifier: Apache-2.0
// What follows from a row, and when: without a ledger.
import { holds, newOrder, type OrderTerms } from '@fabric-offline-pay/domain';
import type { ShownOrder } from '../settling/settling-ledger.js';
import {
  dueAt,
  dueOfCheckpoint,
  dueOfOrder,
  dueOfReserve,
  REISSUE_SECONDS,
} from './due-of-rows.js';

const NOW = 1_000_000;
const SPANS = { unprovenSeconds: 30, decisionSeconds: 400, debtSeconds: 5_000 };

/** What a hold reads of them. */
const TERMS = {
  ...{ merchantId: 'm', orderNumber: 'o', customerId: 'c', logisticsId: 'l' },
  ...{ currency: 'EUR', total: '1000', fee: '100', holdSeconds: 60 },
} as OrderTerms;

const HOLD = holds.openHold(TERMS, 'delivery', NOW);
const HELD: ShownOrder = newOrder(TERMS, {
  ...{ state: 'matched', mode: 'express', bankId: 'b', hold: HOLD },
});

const terms = { now: NOW, deliverySeconds: 700, isDelivered: false };
const CAPTURED: ShownOrder = {
  ...HELD,
  state: 'captured',
  hold: holds.capture(HOLD, 'claim-1', '1000', terms).hold,
};

const dueOf = (order: ShownOrder) =>
  dueOfOrder(order).map((thing) => [thing.kind, thing.key.join('/'), dueAt(thing, SPANS) / 1000]);

test('held money goes back when its time is over', () => {
  expect(dueOf(HELD)).toEqual([['expire', 'm/o', NOW + 60]]);
  expect(dueOf({ ...HELD, state: 'expired', hold: holds.voidRest(HOLD).hold })).toEqual([]);
  expect(dueOf({ ...HELD, state: 'placed', hold: null })).toEqual([]);
});

test('money that waits for a delivery is released when the delivery is certain, or goes back', () => {
  expect(dueOf(CAPTURED)).toEqual([['returnUndelivered', 'm/o', NOW + 700]]);
  const reported = { ...CAPTURED, deliveredAt: NOW + 5 };
  expect(dueOf({ ...reported, delivery: 'deliveredUnproven' })).toEqual([
    ['release', 'm/o', NOW + 35],
  ]);
  expect(dueOf({ ...reported, delivery: 'delivered' })).toEqual([['release', 'm/o', NOW + 5]]);
  const { hold } = holds.settleDelivery(holds.capture(HOLD, 'claim-1', '1000', terms).hold);
  expect(dueOf({ ...reported, delivery: 'delivered', state: 'released', hold })).toEqual([]);
});

test('a dispute ends, and nothing else of its order happens meanwhile', () => {
  const dispute = {
    id: 'd',
    from: 'captured',
    openedAt: NOW,
    withheld: '0',
    agreed: false,
  } as const;
  expect(dueOf({ ...CAPTURED, state: 'disputed', dispute })).toEqual([
    ['lapseDispute', 'm/o/d', NOW + 400],
  ]);
});

test('debts get too old', () => {
  const debt = { merchantId: 'm', orderNumber: 'o', customerId: 'c', amount: '5', since: NOW };
  const things = dueOfCheckpoint({
    ...{ payeeId: 'm', currency: 'EUR', balance: '0', withheld: '0' },
    debts: [debt],
  });
  expect(things).toMatchObject([{ kind: 'bearDebt', key: ['m', 'EUR', 'o'], payeeId: 'm' }]);
  expect(things.map((thing) => dueAt(thing, SPANS))).toEqual([(NOW + 5_000) * 1000]);
});

test('the rest of a reserve goes back after its claim time; that of a lost device can be reissued first', () => {
  const reserve = { customerId: 'c', deviceId: 'd', epoch: 2, claimUntil: NOW } as Parameters<
    typeof dueOfReserve
  >[0];
  const dueAfter = (status: 'active' | 'frozen' | 'revoked' | 'closed') =>
    dueOfReserve({ ...reserve, status }).map(({ key, since }) => [key.join('/'), since - NOW]);
  expect(dueAfter('active')).toEqual([['c/d/2', 61]]);
  expect(dueAfter('frozen')).toEqual([['c/d/2', 61]]);
  expect(dueAfter('revoked')).toEqual([['c/d/2', 61 + REISSUE_SECONDS]]);
  expect(dueAfter('closed')).toEqual([]);
});
