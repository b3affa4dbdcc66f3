// SPDX-License-Identifier: Apache-2.0
// Unit 15 and its alarm: differences become a report and an open alarm, in the same transaction that found them.
import {
  compareStatements,
  goodsDifferences,
  type AlarmRow,
  type Difference,
  type OrderKey,
  type TermsRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { goodsOfLines } from './rows.js';
import { statementsOf } from './statements.js';

/** What an order is compared for after unit 13: its statements, and then its goods once more. */
export async function differencesOf(
  call: Call,
  row: TermsRow,
): Promise<{ statements: Difference[]; all: Difference[] }> {
  const statements = compareStatements(await statementsOf(call, row));
  const goods = await goodsOfLines(call, row.terms);
  const ofGoods = goods.flatMap((entry) =>
    goodsDifferences(entry.line, entry.row, row.terms.currency),
  );
  return { statements, all: [...ofGoods, ...statements] };
}

/** Writes the error report and raises the alarm (unit 16). The alarm names fields, the report their values. */
export function raiseAlarm(
  call: Call,
  order: OrderKey,
  bankId: string,
  pass: AlarmRow['pass'],
  differences: readonly Difference[],
): void {
  const { merchantId, orderNumber } = order;
  call.store.put('report', { merchantId, orderNumber, pass, differences, at: call.now });
  const alarm: AlarmRow = {
    merchantId,
    orderNumber,
    pass,
    bankId,
    state: 'open',
    fields: differences.map((entry) => entry.field),
    raisedAt: call.now,
    decidedAt: null,
    reason: '',
  };
  call.store.put('alarm', alarm);
}
