// SPDX-License-Identifier: Apache-2.0
// Error reports and alarms on the ledger (units 15 and 16).
import {
  ensure,
  found,
  goodsDifferences,
  type AlarmRow,
  type InputOf,
  type OrderKey,
  type OrderRow,
  type OrderState,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { contractOf } from '../ledger/contract.js';
import { differencesOf, raiseAlarm } from '../ledger/reporting.js';
import { basketRow, goodsOfLines, termsRow } from '../ledger/rows.js';
import { advance, orderRow, orderStep } from '../ledger/steps.js';

/** Unit 15, first pass: after 8, beside 9, on the unsigned basket. It touches no state of the order: 9 and 11 run meanwhile. */
const compareGoods = (call: Call<OrderKey>) =>
  orderStep(call, ['15'], async () => {
    const basket = await basketRow(call, call.input);
    const goods = await goodsOfLines(call, basket);
    const differences = goods.flatMap(({ line, row }) =>
      goodsDifferences(line, row, basket.currency),
    );
    if (differences.length > 0) raiseAlarm(call, basket, basket.bankId, 'goods', differences);
    return { clean: differences.length === 0 };
  });

/** Unit 15, second pass: after 13, goods and statements again. */
const compareOrder = (call: Call<OrderKey>) =>
  orderStep<OrderKey, { state: OrderState; clean: boolean }>(
    call,
    ({ clean }) => (clean ? ['15'] : ['15', '16']),
    async () => {
      const order = await orderRow(call, call.input);
      ensure(order.state === 'matched' || order.state === 'mismatched', 'STATE_CONFLICT', {
        state: order.state,
      });
      const { all } = await differencesOf(call, await termsRow(call, order));
      if (all.length > 0) {
        raiseAlarm(call, order, order.bankId, 'order', all);
        return {
          state: advance(call, order, 'raiseAlarm', { verification: 'alarm' }),
          clean: false,
        };
      }
      call.store.put(
        'order',
        { ...order, verification: 'clean' },
        order.merchantId,
        order.orderNumber,
      );
      return { state: order.state, clean: true };
    },
  );

type Decision = InputOf<'alarm', 'resolve'>;

async function decide(call: Call<Decision>, state: 'resolved' | 'upheld'): Promise<OrderRow> {
  const order = await orderRow(call, call.input);
  const { pass = 'order', reason } = call.input;
  const alarm = await call.store.get('alarm', order.merchantId, order.orderNumber, pass);
  ensure(alarm?.state === 'open', 'ALARM_NOT_OPEN', { pass });
  const decided: AlarmRow = { ...alarm, state, decidedAt: call.now, reason };
  call.store.put('alarm', decided, order.merchantId, order.orderNumber, pass);
  return order;
}

/** Each pass is decided once. An alarm of the first pass stands before the money: it moves no order. */
const decisionStep = (call: Call<Decision>, body: () => Promise<{ state: OrderState }>) =>
  orderStep(call, ['16'], body, `${call.transaction}:${call.input.pass ?? 'order'}`);

const resolve = (call: Call<Decision>) =>
  decisionStep(call, async () => {
    const order = await decide(call, 'resolved');
    if (call.input.pass === 'goods') return { state: order.state };
    return { state: advance(call, order, 'resolveAlarm', { verification: 'resolved' }) };
  });

const uphold = (call: Call<Decision>) =>
  decisionStep(call, async () => {
    const order = await decide(call, 'upheld');
    if (call.input.pass !== 'goods')
      call.store.put(
        'order',
        { ...order, verification: 'upheld' },
        order.merchantId,
        order.orderNumber,
      );
    return { state: order.state };
  });

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
