// SPDX-License-Identifier: Apache-2.0
// What people of the bank see and say of the work that the node does by itself: a part of the node's interface.
import { identifier } from '@fabric-offline-pay/domain';
import { events, operations } from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';
import type { BankRole } from '../caller.js';
import { ALERT_KINDS } from '../database/alerts-tables.js';

const SMALL = 4;

const seconds = z.int().describe('seconds since 1970-01-01T00:00Z');

const by = <Role extends BankRole>(role: Role) => ({ roles: [role] }) as const;

const alert = z.object({
  alertId: z.string(),
  kind: z.enum(ALERT_KINDS),
  subject: z.string().describe('identifiers, joined by /'),
  openedAt: seconds,
  acknowledgedBy: z.string().nullable().describe("the name in the operator's certificate"),
  acknowledgedAt: seconds.nullable(),
  escalatedAt: seconds.nullable(),
  closedAt: seconds.nullable(),
});

const job = z.object({
  name: z.string(),
  schedule: z.string().nullable().describe('cron, UTC'),
  waiting: z.int(),
  running: z.int(),
  failed: z.int().describe('given up after a week of attempts'),
});

export const WORK_OPERATIONS = operations({
  listAlerts: {
    ...by('operator'),
    method: 'GET',
    path: '/alerts',
    summary: 'The alerts, the newest first, at most 200.',
    input: z.strictObject({
      open: z.enum(['true', 'false']).default('true').describe('only those that are not closed'),
    }),
    output: z.array(alert),
    bodyKiB: SMALL,
  },
  followAlerts: {
    ...by('operator'),
    method: 'GET',
    path: '/alerts/events',
    summary:
      'The open alerts, then each alert whenever it changes, as server-sent events; with Last-Event-ID what has changed since.',
    input: z.strictObject({}),
    output: events(alert),
    errors: ['TOO_MANY_REQUESTS'],
    bodyKiB: SMALL,
  },
  acknowledgeAlert: {
    ...by('operator'),
    method: 'POST',
    path: '/alerts/acknowledgements',
    summary: 'Notes that the caller looks at an alert; it is not escalated any more.',
    input: z.strictObject({ alertId: z.string().min(1).max(300) }),
    output: alert,
    errors: ['NOT_FOUND'],
    bodyKiB: SMALL,
  },
  listJobs: {
    ...by('operator'),
    method: 'GET',
    path: '/jobs',
    summary: 'How much of each kind of work waits, runs, and was given up.',
    input: z.strictObject({}),
    output: z.array(job),
    bodyKiB: SMALL,
  },
  setClaimAgreement: {
    ...by('teller'),
    method: 'PUT',
    path: '/merchants/:merchantId/claim-agreement',
    summary: "Says whether the bank claims a merchant's money by itself when an order matched.",
    input: z.strictObject({ merchantId: identifier, automatic: z.boolean() }),
    output: z.object({ merchantId: identifier, automatic: z.boolean() }),
    bodyKiB: SMALL,
  },
});
