// SPDX-License-Identifier: Apache-2.0
// What several operations take or answer.
import { instant } from '@fabric-offline-pay/domain';
import { numberText } from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';
import { RULES, type RuleName } from '../findings/finding.js';

export const rule = z.enum(Object.keys(RULES) as [RuleName, ...RuleName[]]);

/** The number of a block. */
export const block = z.int().min(0).max(2_147_483_647);

/** The same in a path or a query, which are text. */
export const blockText = numberText(block);

export const instantText = numberText(instant);

export const page = {
  after: z.string().max(200).optional().describe('`next` of the page before'),
  limit: numberText(z.int().min(1).max(500)).default(100),
};

export const next = z.string().nullable().describe('null: this was the last page');

export const done = z.object({ done: z.literal(true) });

/** Minor units, of any length. */
export const sum = z
  .string()
  .regex(/^(0|-?[1-9][0-9]*)$/)
  .describe('minor units, decimal string; may be below zero');

export const hash = z.string().regex(/^[0-9a-f]{64}$/);

export const finding = z.object({
  id: hash,
  rule,
  block,
  place: z.int().nullable().describe('of the transaction in its block, from 0'),
  transactionId: z.string(),
  subject: z.string(),
  expected: z.string(),
  found: z.string(),
  acknowledged: z
    .object({ reason: z.string(), by: z.string(), at: z.int().describe('milliseconds since 1970') })
    .nullable()
    .describe('null: open'),
});

export const overdue = finding.extend({
  dueAt: instant,
  age: z.int().describe('seconds since then'),
});

export const money = z.object({
  currency: z.string(),
  made: sum.describe('by banks'),
  takenBack: sum,
  onLedger: sum.describe('all money that rows hold'),
  parts: z.array(z.object({ bank: z.string(), part: z.string(), amount: sum })),
});
