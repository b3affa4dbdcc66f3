// SPDX-License-Identifier: Apache-2.0
// Units 15 and 16: differences become a report, and an alarm in the same transaction that found them. Whom they count
// against is known then, and counts when the alarm is decided.
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

/** What an order is compared for after unit 13: its statements, and then its goods once more. */
export async function differencesOf(
  call: Call,
  row: TermsRow,
): Promise<{ statements: Difference[]; all: Difference[] }> {
  const statements = compareStatements(await statementsOf(call, row));
  const ofGoods = await differencesOfGoods(call, row.terms);
  return { statements, all: [...ofGoods, ...statements] };
}

/** Writes the error report: every field that differs, with its values. */
export function report(
  call: Call,
  { merchantId, orderNumber }: OrderKey,
  pass: ReportRow['pass'],
  differences: readonly Difference[],
): void {
  call.store.put('report', { merchantId, orderNumber, pass, differences, at: call.now });
}

/** Reports the differences and raises the alarm (unit 16). The alarm names fields, the report their values. */
export function raiseAlarm(call: Call, order: OrderRow, differences: readonly Difference[]): void {
  const { merchantId, orderNumber, bankId } = order;
  report(call, order, 'order', differences);
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

/** The alarm of an order while it is open. */
export const openAlarm = (
  call: Call,
  { bankId, merchantId, orderNumber }: OrderRow,
): Promise<AlarmRow | undefined> =>
  call.store.get('alarm', bankId, 'open', merchantId, orderNumber);

/** An alarm that is decided leaves the list of those that wait for it. */
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

/** What was blamed on parties now counts. */
export async function countBlame(
  call: Call,
  order: OrderRow,
  blamed: readonly Party[],
): Promise<void> {
  for (const party of blamed) await COUNT[party](call, order);
}

/**
 * How the statements of an order differ that ends before unit 15 looked: found by unit 13, or all made by express legs, so that
 * unit 13 would have found it.
 */
async function unseenDifferences(call: Call, order: OrderRow): Promise<Difference[]> {
  if (order.verification !== 'none') return [];
  if (order.state !== 'mismatched' && order.mode !== 'express') return [];
  return compareStatements(await statementsOf(call, await termsRow(call, order)));
}

/**
 * The alarm that waits for a decision. Where a difference stands and no alarm was raised yet, the order's end raises it, or
 * whoever is blamed would be quicker than the alarm.
 */
async function undecided(
  call: Call,
  order: OrderRow,
): Promise<{ readonly order: OrderRow; readonly alarm: AlarmRow | undefined }> {
  const differences = await unseenDifferences(call, order);
  if (differences.length > 0) {
    raiseAlarm(call, order, differences);
    return { order: { ...order, verification: 'alarm' }, alarm: await openAlarm(call, order) };
  }
  const isOpen = order.verification === 'alarm';
  return { order, alarm: isOpen ? await openAlarm(call, order) : undefined };
}

/**
 * An order whose alarm nobody decided ends: nobody escapes what counts against it by that. A merchant that voids the order
 * answers for itself only; what counts against others waits for the operator, so that nobody is judged by its opponent.
 * @returns the order, which knows of its alarm
 */
export async function endUndecided(call: Call, before: OrderRow): Promise<OrderRow> {
  const { order, alarm } = await undecided(call, before);
  if (alarm === undefined) return order;
  const judges = (party: Party): boolean =>
    call.caller.role === 'bank' || call.caller.role === party;
  await countBlame(call, order, alarm.blamed.filter(judges));
  const left = alarm.blamed.filter((party) => !judges(party));
  if (left.length > 0) call.store.put('alarm', { ...alarm, blamed: left });
  else decideAlarm(call, alarm, 'lapsed', 'the order ended undecided');
  return order;
}
