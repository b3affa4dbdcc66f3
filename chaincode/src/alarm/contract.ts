// SPDX-License-Identifier: Apache-2.0
// Error reports and alarms on the ledger (units 15 and 16).
import {
  ensure,
  found,
  goodsDifferences,
  type ParsedInputOf as InputOf,
  type OrderKey,
  type OrderRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { contractOf } from '../ledger/contract.js';
import { differencesOf, raiseAlarm } from '../shared/reporting.js';
import { advance, basketRow, goodsOfLines, orderRow, termsRow } from '../shared/rows.js';

/** Unit 15, first pass: after 8, beside 9, on the unsigned basket. It touches no state of the order: 9 and 11 run meanwhile. */
async function compareGoods(call: Call<OrderKey>) {
  const basket = await basketRow(call, call.input);
  const goods = await goodsOfLines(call, basket);
  const differences = goods.flatMap(({ line, row }) =>
    goodsDifferences(line, row, basket.currency),
  );
  if (differences.length > 0) raiseAlarm(call, basket, basket.bankId, 'goods', differences);
  return { clean: differences.length === 0 };
}

/** Unit 15, second pass: after 13, goods and statements again. */
async function compareOrder(call: Call<OrderKey>) {
  const order = await orderRow(call, call.input);
  ensure(order.state === 'matched' || order.state === 'mismatched', 'STATE_CONFLICT', {
    state: order.state,
  });
  const { all } = await differencesOf(call, await termsRow(call, order));
  if (all.length > 0) {
    raiseAlarm(call, order, order.bankId, 'order', all);
    const state = advance(call, order, 'raiseAlarm', { verification: 'alarm' });
    return { state, clean: false };
  }
  call.store.put('order', { ...order, verification: 'clean' });
  return { state: order.state, clean: true };
}

type Decision = InputOf<'alarm', 'resolve'>;

async function decide(call: Call<Decision>, state: 'resolved' | 'upheld'): Promise<OrderRow> {
  const order = await orderRow(call, call.input);
  const { pass, reason } = call.input;
  const alarm = await call.store.get('alarm', order.merchantId, order.orderNumber, pass);
  ensure(alarm?.state === 'open', 'ALARM_NOT_OPEN', { pass });
  call.store.put('alarm', { ...alarm, state, decidedAt: call.now, reason });
  return order;
}

/** An alarm of the first pass stands before the money: it moves no order. */
async function resolve(call: Call<Decision>) {
  const order = await decide(call, 'resolved');
  if (call.input.pass === 'goods') return { state: order.state };
  return { state: advance(call, order, 'resolveAlarm', { verification: 'resolved' }) };
}

async function uphold(call: Call<Decision>) {
  const order = await decide(call, 'upheld');
  if (call.input.pass === 'order') call.store.put('order', { ...order, verification: 'upheld' });
  return { state: order.state };
}

export const AlarmContract = contractOf('alarm', {
  compareGoods,
  compareOrder,
  resolve,
  uphold,
  listAlarms: async (call) => {
    const entries = await call.store.range('alarm', []);
    const alarms = entries.map(({ value }) => ({ ...value, fields: [...value.fields] }));
    return { alarms: call.input.open ? alarms.filter((alarm) => alarm.state === 'open') : alarms };
  },
  readReport: async (call) => {
    const { merchantId, orderNumber, pass } = call.input;
    const report = found(
      await call.store.get('report', merchantId, orderNumber, pass),
      'NOT_FOUND',
      { row: 'report' },
    );
    return { ...report, differences: [...report.differences] };
  },
});
