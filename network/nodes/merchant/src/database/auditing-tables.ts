// SPDX-License-Identifier: Apache-2.0
// What an auditor is told: vouchers that terminals accepted, and how far the merchants' credits were told. None of it is made from blocks alone, so
// that a rebuild tells nothing twice.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';
import { createTable } from './columns.js';

export interface AcceptedVoucherTable {
  /** Of the voucher, base64url. */
  digest: string;
  merchant_id: string;
  terminal_id: string;
  /** Base64 of the signed voucher and certificate, and of the request's payload. Null once they were told. */
  voucher: string | null;
  certificate: string | null;
  request: string | null;
  /** Seconds since 1970, by the terminal's clock. */
  accepted_at: number;
  /** Milliseconds since 1970. */
  handed_in_at: number;
  /** What the auditor said to it; null: it waits. */
  result: string | null;
}

/** The last credit that an auditor was told of. At most one row. */
export interface ToldCreditTable {
  id: number;
  block: number;
  /** Place of the transaction in the block. */
  transaction_index: number;
}

/** Credits that the auditor did not take. */
export interface RefusedCreditTable {
  payee_id: string;
  transaction_id: string;
  result: string;
}

export interface AuditingTables {
  accepted_vouchers: AcceptedVoucherTable;
  told_credits: ToldCreditTable;
  refused_credits: RefusedCreditTable;
}

export const AUDITING_MIGRATIONS: Migrations = {
  '0010-auditing': {
    up: async (db: Kysely<unknown>) => {
      await createTable(
        db,
        'accepted_vouchers',
        {
          digest: 'id',
          merchant_id: 'id',
          terminal_id: 'id',
          voucher: 'text?',
          certificate: 'text?',
          request: 'text?',
          accepted_at: 'time',
          handed_in_at: 'time',
          result: 'word?',
        },
        ['merchant_id', 'digest'],
      );
      await createTable(
        db,
        'told_credits',
        { id: 'count', block: 'time', transaction_index: 'count' },
        ['id'],
      );
      await createTable(
        db,
        'refused_credits',
        { payee_id: 'id', transaction_id: 'id', result: 'word' },
        ['payee_id', 'transaction_id'],
      );
    },
  },
};
