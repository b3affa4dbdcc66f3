// SPDX-License-Identifier: Apache-2.0
// Error reports and alarms (units 15 and 16).
import * as z from 'zod';
import type { ErrorCode } from '../base/errors.js';
import { identifier, instant } from '../base/identifiers.js';
import { ABOUT, ONCE, onceFor, define, query } from './define.js';
import { ORDER } from './examples.js';
import { orderKey, orderOutcome, outcome } from './shapes.js';

const pass = z.enum(['goods', 'order']).describe('`goods`: after unit 8; `order`: after unit 13');
const differences = z.array(
  z.strictObject({
    field: z.string(),
    values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  }),
);
const alarmRow = orderKey.extend({
  pass,
  bankId: identifier,
  state: z.enum(['open', 'resolved', 'upheld']),
  fields: z.array(z.string()),
  raisedAt: instant,
  decidedAt: instant.nullable(),
  reason: z.string(),
});

const decide = (summary: string, errors: readonly ErrorCode[]) =>
  define({
    kind: 'submit',
    units: ['16'],
    summary,
    access: ['bank.operator'],
    owner: { of: 'order' },
    input: orderKey.extend({
      pass: pass.default('order'),
      reason: z.string().min(1).max(200).describe('for the record; no personal data'),
    }),
    output: orderOutcome,
    subject: ABOUT.order,
    repeat: onceFor('pass'),
    errors,
    operations: { fixed: 7 },
    example: {
      ...ORDER,
      pass: 'order' as const,
      reason: 'weighed again, the waybill had a typing error',
    },
  });

export const alarm = {
  compareGoods: define({
    kind: 'submit',
    units: ['15'],
    summary:
      'Compares the goods of the basket with their registration again, in parallel to the partition; differences raise an alarm.',
    access: ['merchant.cashier'],
    owner: { of: 'input', field: 'merchantId' },
    input: orderKey,
    output: outcome.extend({ clean: z.boolean() }),
    subject: ABOUT.order,
    repeat: ONCE,
    errors: ['NOT_FOUND', 'GOODS_UNKNOWN'],
    operations: { fixed: 7, perEntry: 1 },
    example: ORDER,
  }),
  compareOrder: define({
    kind: 'submit',
    units: ['15', '16'],
    summary:
      "Compares goods and statements after unit 13, field by field; differences raise an alarm that blocks this order's money.",
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
    'An operator resolves the alarm: the difference is explained, the order goes on.',
    ['ALARM_NOT_OPEN', 'STATE_CONFLICT'],
  ),
  uphold: decide(
    'An operator upholds the alarm: the difference is real, the money must be returned.',
    ['ALARM_NOT_OPEN'],
  ),
  listAlarms: query({
    summary: 'All alarms, open ones or all.',
    input: z.strictObject({ open: z.boolean() }),
    output: z.strictObject({ alarms: z.array(alarmRow) }),
    example: { open: true },
  }),
  readReport: query({
    summary: 'The error report of an order, field by field.',
    input: orderKey.extend({ pass }),
    errors: ['NOT_FOUND'],
    output: orderKey.extend({ pass, differences, at: instant }),
    example: { ...ORDER, pass: 'order' as const },
  }),
};
