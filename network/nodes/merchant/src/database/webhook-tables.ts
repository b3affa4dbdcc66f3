// SPDX-License-Identifier: Apache-2.0
// Events that shops are told, and who was told what. Times are milliseconds since 1970, except `at`, which is the ledger's.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import { sql, type Generated, type Kysely } from 'kysely';
import { createTable } from './columns.js';

/** `failing`: off by itself, because nobody accepted anything for days. */
export type EndpointState = 'active' | 'disabled' | 'failing';

export interface WebhookEndpointTable {
  endpoint_id: string;
  url: string;
  /** JSON array of event types; empty: all. */
  types: string;
  state: EndpointState;
  /** Sealed. */
  secret: string;
  /** Sealed; signs too until its time is over. */
  previous_secret: string | null;
  previous_until: number | null;
  /** When it was replaced last, to know what a wrong clock has noted; null: never, or before this was kept. */
  rotated_at: number | null;
  created_at: number;
  /** The run that tells it now. A later one takes its place, and the earlier one tells nothing more. */
  run_id: string | null;
}

/** Made from the ledger, and kept when the tables are made anew, so that nobody is told twice. */
export interface WebhookEventTable {
  /** Their order. */
  seq: Generated<number>;
  /** Natural: the same when the ledger is read again. */
  event_id: string;
  /** Events of one subject are told one after the other. */
  subject: string;
  type: string;
  /** JSON. */
  data: string;
  /** Seconds since 1970. */
  at: number;
}

export interface WebhookDeliveryTable {
  endpoint_id: string;
  seq: number;
  subject: string;
  attempts: number;
  /** When the first attempt was made, since the endpoint was last enabled. */
  tried_since: number | null;
  /** When the next attempt is due; null once it was accepted or given up. */
  due_at: number | null;
  delivered_at: number | null;
  /** Status of the last answer, or what went wrong. */
  last_result: string | null;
}

export interface WebhookTables {
  webhook_endpoints: WebhookEndpointTable;
  webhook_events: WebhookEventTable;
  webhook_deliveries: WebhookDeliveryTable;
}

async function createEvents(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('webhook_events')
    .addColumn('seq', 'bigserial', (column) => column.primaryKey())
    .addColumn('event_id', 'varchar(64)', (column) => column.notNull().unique())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('type', 'varchar(40)', (column) => column.notNull())
    .addColumn('data', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
}

/** Appended after those that other tables came with. */
export const WEBHOOK_RUN_MIGRATIONS: Migrations = {
  '0007-webhook-runs': {
    up: (db: Kysely<unknown>) =>
      db.schema.alterTable('webhook_endpoints').addColumn('run_id', 'varchar(64)').execute(),
  },
};

/** What a clock that was ahead has noted is looked for each minute. */
export const WEBHOOK_CLOCK_MIGRATIONS: Migrations = {
  '0008-webhook-clock': {
    up: async (db: Kysely<unknown>) => {
      await db.schema.alterTable('webhook_endpoints').addColumn('rotated_at', 'bigint').execute();
      await sql`
        create index webhook_deliveries_accepted on webhook_deliveries (delivered_at)
        where delivered_at is not null
      `.execute(db);
    },
  },
};

export const WEBHOOK_MIGRATIONS: Migrations = {
  '0002-webhooks': {
    up: async (db: Kysely<unknown>) => {
      await createTable(
        db,
        'webhook_endpoints',
        {
          endpoint_id: 'id',
          url: 'text',
          types: 'text',
          state: 'word',
          secret: 'text',
          previous_secret: 'text?',
          previous_until: 'time?',
          created_at: 'time',
        },
        ['endpoint_id'],
      );
      await createEvents(db);
      await createTable(
        db,
        'webhook_deliveries',
        {
          endpoint_id: 'id',
          seq: 'time',
          subject: 'text',
          attempts: 'count',
          tried_since: 'time?',
          due_at: 'time?',
          delivered_at: 'time?',
          last_result: 'text?',
        },
        ['endpoint_id', 'seq'],
      );
      await sql`
        create index webhook_deliveries_waiting on webhook_deliveries (endpoint_id, subject, seq)
        where due_at is not null
      `.execute(db);
    },
  },
};
