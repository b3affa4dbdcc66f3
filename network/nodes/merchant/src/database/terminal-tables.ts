// SPDX-License-Identifier: Apache-2.0
// What terminals last reported of themselves: payments that wait in them stand on no ledger yet.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';
import { createTable } from './columns.js';

export interface TerminalTable {
  merchant_id: string;
  terminal_id: string;
  currency: string;
  /** Payments that were accepted and are not settled. */
  waiting: number;
  /** Their sum, minor units. */
  amount: string;
  /** Seconds since 1970, when the oldest of them was accepted. */
  oldest_at: number | null;
  /** Milliseconds since 1970. */
  reported_at: number;
}

export interface TerminalTables {
  terminals: TerminalTable;
}

export const TERMINAL_MIGRATIONS: Migrations = {
  '0005-terminals': {
    up: (db: Kysely<unknown>) =>
      createTable(
        db,
        'terminals',
        {
          merchant_id: 'id',
          terminal_id: 'id',
          currency: 'word',
          waiting: 'count',
          amount: 'money',
          oldest_at: 'time?',
          reported_at: 'time',
        },
        ['merchant_id', 'terminal_id', 'currency'],
      ),
  },
};
