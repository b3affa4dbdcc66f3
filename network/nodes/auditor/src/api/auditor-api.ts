// SPDX-License-Identifier: Apache-2.0
// The node's interface: the route of every operation, who may call it, what it takes and what it answers.
import {
  file,
  operations,
  REPORT_OPERATIONS,
  type ApiDescription,
  type FieldMeanings,
} from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';
import { AUDITOR_ERRORS } from '../errors.js';
import { auditReport } from '../report/audit-report.js';
import { HISTORY_OPERATIONS } from './history-operations.js';
import { AUDITOR_FIELDS } from './ownership.js';
import { auditor, reader } from './roles.js';
import * as shapes from './shapes.js';

const { page, next, done } = shapes;

const reports = {
  readReport: reader({
    method: 'GET',
    path: '/report',
    summary: 'What the audit says after the last block that it has read.',
    input: z.strictObject({
      from: shapes.blockText.optional().describe('leaves out findings before this block'),
    }),
    output: auditReport,
    errors: ['NOTHING_AUDITED'],
  }),
  signReport: reader({
    method: 'GET',
    path: '/report/signed',
    summary:
      'The same, signed: a COSE_Sign1 over its canonical JSON. Another auditor of the same blocks has the same payload.',
    input: z.strictObject({}),
    output: file('application/cose'),
    errors: ['NOTHING_AUDITED'],
  }),
  listFindings: reader({
    method: 'GET',
    path: '/findings',
    summary: 'Rules that were broken, in the order of the ledger, with what somebody said to each.',
    input: z.strictObject({
      rule: shapes.rule.optional(),
      from: shapes.blockText.default(0),
      ...page,
    }),
    output: z.object({ findings: z.array(shapes.finding), next }),
  }),
  acknowledgeFinding: auditor({
    method: 'POST',
    path: '/findings/:findingId/acknowledgement',
    summary:
      'Notes why a finding, or something overdue, needs no more work. It is open again as soon as it says something else.',
    input: z.strictObject({
      findingId: shapes.hash,
      found: z.string().max(2_000).describe('what the finding said when it was read'),
      reason: z.string().min(1).max(500).describe('no personal data'),
    }),
    output: done,
    errors: ['NOT_FOUND', 'FINDING_CHANGED'],
  }),
  listOverdue: reader({
    method: 'GET',
    path: '/overdue',
    summary: 'Obligations past their time, the oldest first, each with its age.',
    input: z.strictObject({
      at: shapes.instantText.optional().describe('by this time; now when absent'),
    }),
    output: z.object({ at: z.int(), overdue: z.array(shapes.overdue) }),
  }),
};

const money = {
  readSupply: reader({
    method: 'GET',
    path: '/supply',
    summary: 'All money by currency, bank and part, after any block.',
    input: z.strictObject({
      block: shapes.blockText.optional().describe('the last one when absent'),
    }),
    output: z.object({ block: shapes.block, money: z.array(shapes.money) }),
    errors: ['NOTHING_AUDITED', 'NOT_FOUND'],
  }),
};

const exposed = {
  listExposed: reader({
    method: 'GET',
    path: '/exposed',
    summary:
      'What reports and statements of backing say otherwise than the ledger. A finding goes away when the ledger has what was reported.',
    input: z.strictObject({
      at: shapes.instantText.optional().describe('by this time; now when absent'),
    }),
    output: z.object({ at: z.int(), findings: z.array(shapes.finding) }),
  }),
};

export const AUDITOR_OPERATIONS = operations({
  ...reports,
  ...money,
  ...HISTORY_OPERATIONS,
  ...exposed,
  ...REPORT_OPERATIONS,
});

export type OperationTable = typeof AUDITOR_OPERATIONS;

export const AUDITOR_API = {
  title: "The auditor's node",
  description:
    'What the blocks of a channel prove: findings, obligations past their time, all money at any height, and the history of each order, account and payee. Instants are seconds since 1970 unless told, amounts minor units as decimal strings.',
  version: '0.1.0',
  operations: AUDITOR_OPERATIONS,
  // A field of an operation that has no meaning does not compile.
  fields: AUDITOR_FIELDS satisfies FieldMeanings<OperationTable>,
  errors: AUDITOR_ERRORS,
} satisfies ApiDescription;
