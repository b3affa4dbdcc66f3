// SPDX-License-Identifier: Apache-2.0
// Error reports and alarms on the ledger (units 15 and 16).
import {
  ensure,
  found,
  type ParsedInputOf as InputOf,
  type OrderKey,
  type OrderRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { contractOf } from '../ledger/contract.js';
import { differencesOfGoods } from '../shared/goods.js';
import {
  countBlame,
  decideAlarm,
  differencesOf,
  findOpenAlarm,
  raiseAlarm,
  writeReport,
} from '../shared/reporting.js';
import { advance, basketOfOrder, orderRow, termsRow } from '../shared/rows.js';

const PAGE = 200;

/**
 * Unit 15, first pass: after 8, in parallel to 9, on the unsigned basket. It does not change the order's state, because 9
 * and 11 run at the same time. A basket with differences cannot be placed. It raises no alarm: nobody signed it, so no
 * operator has to look at it.
 */
async function compareGoods(call: Call<OrderKey>) {
  const basket = await basketOfOrder(call, call.input);
  const differences = await differencesOfGoods(call, basket);
  if (differences.length > 0) writeReport(call, basket, 'goods', differences);
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
    raiseAlarm(call, order, all);
    const state = advance(call, order, 'raiseAlarm', { verification: 'alarm' });
    return { state, clean: false };
  }
  call.store.put('order', { ...order, verification: 'clean' });
  return { state: order.state, clean: true };
}

type Decision = InputOf<'alarm', 'resolve'>;

async function readOpenAlarm(call: Call<Decision>) {
  const order = await orderRow(call, call.input);
  return { order, alarm: found(await findOpenAlarm(call, order), 'ALARM_NOT_OPEN') };
}

/** The difference is explained and counts against nobody. An order that has ended in the meantime does not go on. */
async function resolve(call: Call<Decision>) {
  const { order, alarm } = await readOpenAlarm(call);
  decideAlarm(call, alarm, 'resolved', call.input.reason);
  const changes: Pick<OrderRow, 'verification'> = { verification: 'resolved' };
  if (order.state === 'blocked') return { state: advance(call, order, 'resolveAlarm', changes) };
  call.store.put('order', { ...order, ...changes });
  return { state: order.state };
}

/** The difference is real, and counts against the parties whose statement stood alone. */
async function uphold(call: Call<Decision>) {
  const { order, alarm } = await readOpenAlarm(call);
  decideAlarm(call, alarm, 'upheld', call.input.reason);
  await countBlame(call, order, alarm.blamed);
  call.store.put('order', { ...order, verification: 'upheld' });
  return { state: order.state };
}

async function listAlarms(call: Call<InputOf<'alarm', 'listAlarms'>>) {
  const { bankId, open, after } = call.input;
  const of = open ? [bankId, 'open'] : [bankId];
  const { entries, next } = await call.store.page('alarm', of, after, PAGE);
  return { alarms: entries.map(({ value }) => value), next };
}

async function readReport(call: Call<InputOf<'alarm', 'readReport'>>) {
  const { merchantId, orderNumber, pass } = call.input;
  const row = await call.store.get('report', merchantId, orderNumber, pass);
  return found(row, 'NOT_FOUND', { row: 'report' });
}

export const AlarmContract = contractOf('alarm', {
  compareGoods,
  compareOrder,
  resolve,
  uphold,
  listAlarms,
  readReport,
});
