// SPDX-License-Identifier: Apache-2.0
// Units 15 and 16: the transaction that finds differences also writes the report and the alarm. It records whom they count
// against. The blame counts when the alarm is decided.
import {
  blamedFor,
  compareStatements,
  HISTORY_OF,
  ROWS,
  type AlarmRow,
  type Difference,
  type OrderKey,
  type OrderRow,
  type Party,
  type ReportRow,
  type TermsRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { differencesOfGoods } from './goods.js';
import { putPenalty } from './history.js';
import { countAgainstCourier, countAgainstMerchant } from './judging.js';
import { termsRow } from './rows.js';
import { statementsOf } from './statements.js';

/** The differences of an order after unit 13: in its statements, and again in its goods. */
export async function differencesOf(
  call: Call,
  row: TermsRow,
): Promise<{ statements: Difference[]; all: Difference[] }> {
  const statements = compareStatements(await statementsOf(call, row));
  const ofGoods = await differencesOfGoods(call, row.terms);
  return { statements, all: [...ofGoods, ...statements] };
}

/** Writes the error report: every field that differs, with its values. */
export function writeReport(
  call: Call,
  { merchantId, orderNumber }: OrderKey,
  pass: ReportRow['pass'],
  differences: readonly Difference[],
): void {
  call.store.put('report', { merchantId, orderNumber, pass, differences, at: call.now });
}

/** Reports the differences and raises the alarm (unit 16). The alarm names the fields, and the report has their values. */
export function raiseAlarm(call: Call, order: OrderRow, differences: readonly Difference[]): void {
  const { merchantId, orderNumber, bankId } = order;
  writeReport(call, order, 'order', differences);
  call.store.put('alarm', {
    merchantId,
    orderNumber,
    bankId,
    state: 'open',
    blamed: blamedFor(differences),
    fields: differences.map((entry) => entry.field),
    raisedAt: call.now,
    decidedAt: null,
    reason: '',
  });
}

/** The open alarm of an order, or undefined. */
export const findOpenAlarm = (
  call: Call,
  { bankId, merchantId, orderNumber }: OrderRow,
): Promise<AlarmRow | undefined> =>
  call.store.get('alarm', bankId, 'open', merchantId, orderNumber);

/** Decides an alarm and moves it out of the range of open alarms. */
export function decideAlarm(
  call: Call,
  alarm: AlarmRow,
  state: Exclude<AlarmRow['state'], 'open'>,
  reason: string,
): void {
  const { bankId, merchantId, orderNumber } = alarm;
  call.store.remove(ROWS.alarm.key(bankId, 'open', merchantId, orderNumber));
  call.store.put('alarm', { ...alarm, state, decidedAt: call.now, reason });
}

const COUNT: Readonly<Record<Party, (call: Call, order: OrderRow) => Promise<void>>> = {
  customer: (call, order) => {
    putPenalty(call, order.customerId, HISTORY_OF.order(order), 'mismatch');
    return Promise.resolve();
  },
  merchant: (call, { merchantId }) => countAgainstMerchant(call, merchantId, 'mismatch'),
  logistics: (call, order) => countAgainstCourier(call, order, 'mismatch'),
};

/** Makes the recorded blame count against the parties. */
export async function countBlame(
  call: Call,
  order: OrderRow,
  blamed: readonly Party[],
): Promise<void> {
  for (const party of blamed) await COUNT[party](call, order);
}

/**
 * The differences between the statements of an order that ends before unit 15. Unit 13 found them, or would have found them
 * because express legs brought all statements.
 */
async function unseenDifferences(call: Call, order: OrderRow): Promise<Difference[]> {
  if (order.verification !== 'none') return [];
  if (order.state !== 'mismatched' && order.mode !== 'express') return [];
  return compareStatements(await statementsOf(call, await termsRow(call, order)));
}

/**
 * The alarm that waits for a decision. When there are differences but no alarm yet, the order's end raises it. Otherwise a
 * blamed party could end the order before the alarm.
 */
async function findOrRaiseAlarm(
  call: Call,
  order: OrderRow,
): Promise<{ readonly order: OrderRow; readonly alarm: AlarmRow | undefined }> {
  const differences = await unseenDifferences(call, order);
  if (differences.length > 0) {
    raiseAlarm(call, order, differences);
    return { order: { ...order, verification: 'alarm' }, alarm: await findOpenAlarm(call, order) };
  }
  const isOpen = order.verification === 'alarm';
  return { order, alarm: isOpen ? await findOpenAlarm(call, order) : undefined };
}

/**
 * Ends an order whose alarm nobody decided. No party escapes its blame that way. A merchant that voids the order accepts
 * only its own blame. The blame of others waits for the operator, so that no party judges its opponent.
 * @returns the order, with the state of its alarm
 */
export async function endUndecided(call: Call, before: OrderRow): Promise<OrderRow> {
  const { order, alarm } = await findOrRaiseAlarm(call, before);
  if (alarm === undefined) return order;
  const judges = (party: Party): boolean =>
    call.caller.role === 'bank' || call.caller.role === party;
  await countBlame(call, order, alarm.blamed.filter(judges));
  const left = alarm.blamed.filter((party) => !judges(party));
  if (left.length > 0) call.store.put('alarm', { ...alarm, blamed: left });
  else decideAlarm(call, alarm, 'lapsed', 'the order ended undecided');
  return order;
}
