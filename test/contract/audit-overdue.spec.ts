// SPDX-License-Identifier: Apache-2.0
// Each kind of overdue obligation, in the report of an audit of real blocks: named by rule, by what is owed, and by the block since which
// it is owed. None is named before its time. That money arrived outside is seen by confirmations alone.
import { BANK, CURRENCY, MERCHANT, MSP_IDS } from '@fabric-offline-pay/testing';
import { OBLIGATIONS } from '../../network/nodes/auditor/src/overdue/obligation.js';
import { itemWhere } from '../support/defined.js';
import { AuditRoom } from '../support/forged-ledger/audit-room.js';
import { ForgedLedger } from '../support/forged-ledger/forged-ledger.js';
import { rawOf, sealAll } from '../support/forged-ledger/tampering.js';
import { OfflineLedger } from '../support/offline-ledger.js';
import { OneOrder } from '../support/one-order.js';

interface Case {
  readonly kind: keyof typeof OBLIGATIONS;
  /** Ends with the transaction since which something is owed. */
  readonly act: (order: OneOrder) => Promise<unknown>;
  readonly subject: string;
}

const ORDER = `${MERCHANT}/ORD-1`;

async function dispute(order: OneOrder): Promise<void> {
  await order.world.dispute(order.device, 'ORD-1', 'first');
}

const CASES: readonly Case[] = [
  {
    kind: 'hold.expire',
    act: (order) => order.buy('express', { claim: null }),
    subject: ORDER,
  },
  {
    kind: 'hold.release',
    act: async (order) => {
      await order.waits();
      await order.buy('express');
      await order.pickUp();
      await order.deliver();
    },
    subject: ORDER,
  },
  { kind: 'hold.return', act: (order) => order.buy('express'), subject: ORDER },
  {
    kind: 'dispute.decide',
    act: async (order) => {
      await order.buy('express');
      await order.rollUp();
      await dispute(order);
    },
    subject: `${ORDER}/first`,
  },
  {
    kind: 'debt.bear',
    act: async (order) => {
      await order.buy('express');
      await order.emptyMerchant();
      await dispute(order);
      await order.world.decide('ORD-1', 'uphold', 'first');
    },
    // And since when.
    subject: expect.stringContaining(`${MERCHANT}/${CURRENCY}/ORD-1/`) as string,
  },
  {
    kind: 'payout.redeem',
    act: async (order) => {
      await order.buy('express');
      await order.rollUp();
      const { settlement } = await order.world.merchant();
      await settlement.requestPayout({ ...order.payee, redeemId: 'r-1', amount: '1000' });
    },
    subject: `${MERCHANT}/${CURRENCY}/r-1`,
  },
  {
    kind: 'reserve.close',
    act: async ({ memory }) => (await OfflineLedger.open(memory)).device('customer-9'),
    subject: 'customer-9/phone/1',
  },
  {
    kind: 'bulletin.publish',
    act: ({ memory }) => OfflineLedger.open(memory),
    subject: BANK,
  },
];

test('every kind that blocks alone can show is here', () => {
  const others = Object.keys(OBLIGATIONS).filter((kind) =>
    CASES.every((each) => each.kind !== kind),
  );
  expect(others).toEqual(['payout.arrive']);
});

test.each(CASES)('$kind is named after its time', async ({ kind, act, subject }) => {
  const forged = await ForgedLedger.found();
  await act(await OneOrder.open(forged));
  const room = await AuditRoom.open();
  const blocks = sealAll(forged.drafts, forged.channel.orderer(MSP_IDS.bank)).map(rawOf);
  const { findings } = await room.auditOf().apply(blocks);
  expect(findings).toEqual([]);
  const now = Math.floor(Date.now() / 1000);
  const rule = `overdue.${kind}`;
  const far = await room.report(now * 2);
  const found = itemWhere(far.overdue, (each) => each.rule === rule);
  expect(found).toMatchObject({ rule, subject, block: blocks.length - 1, place: null });
  expect(far.overdue.filter((each) => each.rule === rule)).toHaveLength(1);
  const at = async (time: number) =>
    (await room.report(time)).overdue.filter((each) => each.rule === rule);
  expect(await at(found.dueAt)).toEqual([]);
  expect(await at(found.dueAt + 1)).toEqual([found]);
  await room.close();
});
