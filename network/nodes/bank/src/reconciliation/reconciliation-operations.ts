// SPDX-License-Identifier: Apache-2.0
// The part of the bank's interface that is about the daily reconciliation.
import { operations } from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';
import { day, report } from './report.js';

const SMALL = 4;
const byDay = z.strictObject({ day });
const seconds = z.int().describe('seconds since 1970-01-01T00:00Z');

export const RECONCILIATION_OPERATIONS = operations({
  readReconciliation: {
    method: 'GET',
    path: '/reconciliations/:day',
    roles: ['operator'],
    summary: 'How ledger, book and host differ on a day.',
    input: byDay,
    output: report.extend({ madeAt: seconds }),
    errors: ['NOT_FOUND'],
    bodyKiB: SMALL,
  },
  reconcileDay: {
    method: 'POST',
    path: '/reconciliations/:day',
    roles: ['operator'],
    summary:
      'Asks for a day to be compared again, today as far as it has gone; the report then replaces the old one.',
    input: byDay,
    output: z.object({ asked: z.literal(true) }),
    bodyKiB: SMALL,
  },
});
