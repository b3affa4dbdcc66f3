// SPDX-License-Identifier: Apache-2.0
// Error reports and alarms (units 15 and 16).
import * as z from 'zod';
import type { ErrorCode } from '../base/errors.js';
import { identifier } from '../base/identifiers.js';
import { alarm as alarmRow, orderKey, report, reportPass } from '../ledger/order-shapes.js';
import { ABOUT, ONCE, define, query } from './define.js';
import { BANK_ID, ORDER } from './examples.js';
import { orderOutcome, outcome, pageAfter, pageNext } from './shapes.js';

const decide = (summary: string, fixed: number, errors: readonly ErrorCode[]) =>
  define({
    kind: 'submit',
    units: ['16'],
    summary,
    access: ['bank.operator'],
    owner: { of: 'order' },
    input: orderKey.extend({
      reason: z.string().min(1).max(200).describe('for the record; no personal data'),
    }),
    output: orderOutcome,
    subject: ABOUT.order,
    repeat: ONCE,
    errors,
    operations: { fixed },
    example: { ...ORDER, reason: 'weighed again, the waybill had a typing error' },
  });

export const alarm = {
  compareGoods: define({
    kind: 'submit',
    units: ['15'],
    summary:
      'Compares the goods of the basket with their registration again, in parallel to the partition. A basket with differences cannot be placed.',
    access: ['merchant.cashier'],
    owner: { of: 'input', field: 'merchantId' },
    input: orderKey,
    output: outcome.extend({ clean: z.boolean() }),
    subject: ABOUT.order,
    repeat: ONCE,
    errors: ['NOT_FOUND', 'GOODS_UNKNOWN'],
    operations: { fixed: 6, perEntry: 1 },
    example: ORDER,
  }),
  compareOrder: define({
    kind: 'submit',
    units: ['15', '16'],
    summary:
      "Compares goods and statements after unit 13, field by field. Differences raise an alarm that blocks this order's money.",
    access: ['bank.bank-node'],
    owner: { of: 'order' },
    input: orderKey,
    output: orderOutcome.extend({ clean: z.boolean() }),
    subject: ABOUT.order,
    repeat: ONCE,
    unitsOf: ({ clean }) => (clean === true ? ['15'] : ['15', '16']),
    errors: ['STATE_CONFLICT', 'STATEMENT_MISSING', 'GOODS_UNKNOWN'],
    operations: { fixed: 10, perEntry: 1 },
    example: ORDER,
  }),
  resolve: decide(
    'An operator resolves the alarm: the difference is explained and counts against nobody, and the order goes on.',
    8,
    ['ALARM_NOT_OPEN', 'STATE_CONFLICT'],
  ),
  uphold: decide(
    'An operator upholds the alarm: the difference is real and counts against the parties whose statement stood alone. The money must be returned.',
    14,
    ['ALARM_NOT_OPEN', 'MERCHANT_UNKNOWN'],
  ),
  listAlarms: query({
    summary: "A bank's alarms, only the open ones or all, at most 200 per call.",
    input: z.strictObject({ bankId: identifier, open: z.boolean(), ...pageAfter }),
    output: z.strictObject({ alarms: z.array(alarmRow), ...pageNext }),
    example: { bankId: BANK_ID, open: true },
  }),
  readReport: query({
    summary: 'The error report of an order, field by field.',
    input: orderKey.extend({ pass: reportPass }),
    errors: ['NOT_FOUND'],
    output: report,
    example: { ...ORDER, pass: 'order' as const },
  }),
};
