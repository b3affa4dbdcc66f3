// SPDX-License-Identifier: Apache-2.0
// The part of the bank's interface that is about the daily reconciliation.
import { operations } from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';
import { PAY_OUT_OPERATIONS } from '../pay-outs/pay-out-operations.js';
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
  readBacking: {
    method: 'GET',
    path: '/backings/:day',
    roles: ['operator'],
    summary: 'The signed statement of a day: what is on the ledger, and what backs it.',
    input: byDay,
    output: z.object({
      day,
      madeAt: seconds,
      statement: z.string().describe('compact JWS, EdDSA'),
      publicKey: z
        .object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() })
        .describe('JSON Web Key of the present key; auditors get it by another way too'),
    }),
    errors: ['NOT_FOUND'],
    bodyKiB: SMALL,
  },
});

/** Money to and from the outside, as operator and teller see it. */
export const MONEY_OPERATIONS = operations({ ...PAY_OUT_OPERATIONS, ...RECONCILIATION_OPERATIONS });
