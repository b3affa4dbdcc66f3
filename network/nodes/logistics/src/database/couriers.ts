// SPDX-License-Identifier: Apache-2.0
// Tables of the company's couriers: as the ledger has them, each version of their registration, and registrations that wait for their day.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';
import { createTable } from './columns.js';

/** A courier as the ledger has it. */
export interface CourierTable {
  courier_id: string;
  /** JSON of the registration: depot, tariffs, areas, categories, whether it is active. */
  registration: string;
  /** JSON of the opinions on it: sums, and the instant at which they had this weight. */
  rating: string;
  /** JSON of what counts against it. */
  conduct: string;
}

/** A registration that the ledger has or had. */
export interface CourierVersionTable {
  courier_id: string;
  /** From 1. */
  version: number;
  valid_from: number;
  registration: string;
}

/** A registration that shall be on the ledger from an instant on. */
export interface CourierPlanTable {
  courier_id: string;
  valid_from: number;
  registration: string;
  /** From the certificate. */
  planned_by: string;
  planned_at: number;
  /** When it was begun to be sent to the ledger: from then on it may be there, and nobody can take it back. */
  begun_at: number | null;
  /** When it was sent to the ledger, or a later one took its place. */
  done_at: number | null;
  /** The code with which the ledger refused it. */
  refusal: string | null;
}

export interface CourierTables {
  couriers: CourierTable;
  courier_versions: CourierVersionTable;
  courier_plans: CourierPlanTable;
}

const COURIER = {
  courier_id: 'id',
  registration: 'text',
  rating: 'text',
  conduct: 'text',
} as const;

const VERSION = {
  courier_id: 'id',
  version: 'count',
  valid_from: 'instant',
  registration: 'text',
} as const;

const PLAN = {
  courier_id: 'id',
  valid_from: 'instant',
  registration: 'text',
  planned_by: 'text',
  planned_at: 'instant',
  done_at: 'instant?',
  refusal: 'id?',
} as const;

export const COURIER_MIGRATIONS: Migrations = {
  '0003-couriers': {
    async up(db: Kysely<unknown>) {
      await createTable(db, 'couriers', COURIER, ['courier_id']);
      await createTable(db, 'courier_versions', VERSION, ['courier_id', 'version']);
      await createTable(db, 'courier_plans', PLAN, ['courier_id', 'valid_from']);
    },
  },
  '0011-plans-begun': {
    up: (db: Kysely<unknown>) =>
      db.schema.alterTable('courier_plans').addColumn('begun_at', 'bigint').execute(),
  },
};
