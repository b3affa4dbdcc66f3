// SPDX-License-Identifier: Apache-2.0
// Each kind of obligation on a ledger in memory: owed, overdue a second after its time with its age, and met later.
import type { Policy } from '@fabric-offline-pay/domain';
import fc from 'fast-check';
import { BANK, CURRENCY, deliverySecretOf, MERCHANT, POLICY } from '@fabric-offline-pay/testing';
import { OneOrder } from '../../../../../test/support/one-order.js';
import { enact } from '../../../../../test/support/offline-endings.js';
import {
  OFFLINE,
  OfflineLedger,
  reserveKeyOf,
  signedBulletin,
} from '../../../../../test/support/offline-ledger.js';
import { passSeconds, resumeTime, stopTime } from '../../../../../test/support/passing-time.js';
import { SEED } from '../../../../../test/support/seeded.js';
import { SecondLine } from '../../../../../test/support/second-line.js';
import { obligationChanges } from './obligation-changes.js';
import { DEFAULT_PATIENCE, type ObligationName } from './obligation.js';
import type { Overdue } from './obligation-table.js';

let order: OneOrder;
let line: SecondLine;

const now = (): number => Math.floor(Date.now() / 1000);

beforeEach(async () => {
  stopTime();
  order = await OneOrder.open();
  line = new SecondLine(order.memory.ledger);
});
afterEach(() => {
  expect(line.findings).toEqual([]);
  resumeTime();
});

const overdue = (kind: ObligationName): Overdue[] =>
  line.overdue(now(), true).filter((each) => each.kind === kind);
const owed = (kind: ObligationName) =>
  [...line.obligations.rows.values()].filter((each) => each.kind === kind);
const node = () => order.world.bank('bank-node');

/** At its very time it is not overdue yet; three seconds later it is, by three seconds. */
function expectOverdueIn(seconds: number, kind: ObligationName, expected: Partial<Overdue>): void {
  passSeconds(seconds);
  expect([kind, overdue(kind)]).toEqual([kind, []]);
  passSeconds(3);
  expect(overdue(kind)).toEqual([expect.objectContaining({ ...expected, age: 3 })]);
}

const expectMet = (kind: ObligationName): void => expect([kind, owed(kind)]).toEqual([kind, []]);

const BY_BANK = { owedBy: { role: 'bank', id: BANK } } as const;
const OF_ORDER = { subject: `${MERCHANT}/ORD-1`, ...BY_BANK };

test.each(['stepwise', 'express'] as const)(
  'held money of a %s order goes back when its time is over',
  async (way) => {
    await order.buy(way, { claim: null });
    const total = 4980 + (await order.fee());
    expectOverdueIn(POLICY.holdSeconds, 'hold.expire', {
      ...OF_ORDER,
      money: { currency: CURRENCY, amount: `${total}` },
    });
    await (await node()).settlement.expire(order.key);
    expectMet('hold.expire');
  },
);

test('money of an order whose delivery is believed is credited after the time to dispute it', async () => {
  await order.waits();
  await order.buy('express');
  await order.pickUp();
  await order.deliver();
  expectOverdueIn(POLICY.unprovenSeconds, 'hold.release', OF_ORDER);
  await (await node()).settlement.release(order.key);
  expectMet('hold.release');
});

test('a report of the delivery ends the return, and a later proof meets the release at once', async () => {
  await order.waits();
  await order.buy('express');
  expect(owed('hold.return')).toHaveLength(1);
  await order.world.deliver('ORD-1', { proven: false });
  expectMet('hold.return');
  expect(owed('hold.release')).toHaveLength(1);
  await order.deliver(deliverySecretOf('ORD-1'));
  expectMet('hold.release');
});

test('money for goods that nobody delivered goes back', async () => {
  await order.buy('express');
  const { sinceBlock } = owed('hold.return')[0] ?? {};
  expect(sinceBlock).toBe(order.memory.ledger.blocks().at(-1)?.number);
  expectOverdueIn(POLICY.deliverySeconds, 'hold.return', OF_ORDER);
  await (await node()).settlement.returnUndelivered(order.key);
  expectMet('hold.return');
});

test('an order captured in part owes the rest when its hold ends, and what waits when nobody delivers', async () => {
  await order.waits();
  await order.buy('express', { claim: '1000' });
  const rest = 3980 + (await order.fee());
  expect(owed('hold.expire')).toMatchObject([{ money: { amount: `${rest}` } }]);
  expect(owed('hold.return')).toMatchObject([{ money: { amount: '1000' } }]);
});

test('a dispute is decided in time, and another of the same order has a time of its own', async () => {
  await order.buy('express');
  await order.rollUp();
  await order.world.dispute(order.device, 'ORD-1', 'first');
  const subject = `${MERCHANT}/ORD-1/first`;
  expectOverdueIn(POLICY.decisionSeconds, 'dispute.decide', { subject, ...BY_BANK });
  await order.world.decide('ORD-1', 'reject', 'first');
  expectMet('dispute.decide');
  await order.world.dispute(order.device, 'ORD-1', 'second');
  expect(owed('dispute.decide')).toMatchObject([{ subject: `${MERCHANT}/ORD-1/second` }]);
});

test('a debt is borne when it is too old', async () => {
  await order.buy('express');
  await order.emptyMerchant();
  await order.world.dispute(order.device, 'ORD-1');
  await order.world.decide('ORD-1', 'uphold');
  expectOverdueIn(POLICY.debtSeconds, 'debt.bear', {
    owedBy: { role: 'bankOfPayee', id: MERCHANT },
    money: { currency: CURRENCY, amount: '4980' },
  });
  await (await node()).settlement.bearDebt({ ...order.payee, orderNumber: 'ORD-1' });
  expectMet('debt.bear');
});

test('a payout that its payee asked for and has the money for is redeemed', async () => {
  await order.buy('express');
  const payout = { ...order.payee, redeemId: 'r-1', amount: '1000' };
  const { settlement } = await order.world.merchant();
  await settlement.requestPayout(payout);
  passSeconds(DEFAULT_PATIENCE.redeemSeconds + 1);
  expect(overdue('payout.redeem')).toEqual([]);
  await order.rollUp();
  expect(overdue('payout.redeem')).toMatchObject([
    { subject: `${MERCHANT}/${CURRENCY}/r-1`, age: 1, owedBy: { id: MERCHANT } },
  ]);
  await (await order.world.bank('teller')).settlement.redeem(payout);
  expectMet('payout.redeem');
});

test('redeemed money arrives outside, which only a confirmation says', async () => {
  await order.buy('express');
  await order.rollUp();
  await order.world.payOut(MERCHANT, 'r-1', '1000');
  expectOverdueIn(DEFAULT_PATIENCE.arrivalSeconds, 'payout.arrive', {
    subject: `${BANK}/${CURRENCY}/redeem/${MERCHANT}~r-1`,
    ...BY_BANK,
  });
  expect(line.overdue(now()).map(({ kind }) => kind)).not.toContain('payout.arrive');
});

describe('payments without a network', () => {
  let ledger: OfflineLedger;
  beforeEach(async () => {
    ledger = await OfflineLedger.open(order.memory);
  });

  test('the rest of a reserve goes back after the last claim', async () => {
    const device = await ledger.device('customer-9');
    const spans = OFFLINE.spendSeconds + OFFLINE.claimSeconds;
    expectOverdueIn(spans + 61, 'reserve.close', { subject: 'customer-9/phone/1', ...BY_BANK });
    await ledger.node.offline.closeReserve(reserveKeyOf(device));
    expectMet('reserve.close');
  });

  test('the rest of a lost device can be moved to another for a while first', async () => {
    const device = await ledger.device('customer-9');
    const [before] = owed('reserve.close');
    const revoked = [reserveKeyOf(device)];
    await ledger.node.offline.revokeReserve({
      ...reserveKeyOf(device),
      bulletin: signedBulletin({ number: 2, revoked }),
    });
    const [after] = owed('reserve.close');
    expect((after?.dueAt ?? 0) - (before?.dueAt ?? 0)).toBe(DEFAULT_PATIENCE.reissueSeconds);
  });

  test('a new bulletin is published before terminals refuse the old one', async () => {
    const issuedAt = owed('bulletin.publish')[0]?.since ?? 0;
    const left = issuedAt + OFFLINE.bulletinSeconds - now();
    expectOverdueIn(left, 'bulletin.publish', { subject: BANK, ...BY_BANK, money: null });
    await ledger.publish(signedBulletin({ number: 2, issuedAt: now() }));
    expect(overdue('bulletin.publish')).toEqual([]);
  });
});

test('a change of the policy moves what waits for one of its times', async () => {
  await order.buy('express');
  await order.rollUp();
  await order.world.dispute(order.device, 'ORD-1');
  const policy: Policy = { ...POLICY, decisionSeconds: 5 };
  await enact(order.memory, policy);
  expectOverdueIn(5, 'dispute.decide', {});
});

test('a row that cannot be read meets nothing, and whatever the bytes are, there is an answer', async () => {
  await order.buy('express', { claim: null });
  const [key = ''] = [...line.rows.keys()].filter((each) => each.startsWith('terms/'));
  const before = line.rows.get(key) ?? null;
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ minLength: 1 }),
        fc.json().map((text) => Buffer.from(text)),
      ),
      fc.constantFrom('order', 'terms', 'supply', 'payout', 'bulletin', 'registry', 'reserve'),
      (after, kind) => {
        const changes = [
          { key, before, after },
          { key: `${kind}/x/y/z`, before: after, after },
        ];
        const spoiled = { block: 9, index: 0, transactionId: 'x', at: 0, changes };
        expect(obligationChanges(spoiled, line.obligations.spans)).toEqual({
          ...{ put: [], remove: [], spans: undefined },
        });
      },
    ),
    { seed: SEED },
  );
});
