// SPDX-License-Identifier: Apache-2.0
// Where a spec keeps its tables: PostgreSQL inside the process or, in the project `server`, a database of its own on a real server. The
// same specs run on both.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { DatabasePlace } from '../database/open-database.js';
import { WorkerEngine } from './worker-engine.js';

/** Set in the project `server`: `postgres://…` of the server, of a role that may create databases. */
export const SERVER_VARIABLE = 'OFFPAY_TEST_DATABASE_SERVER';

async function createDatabase(server: string): Promise<string> {
  const name = `spec_${randomBytes(8).toString('hex')}`;
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
  return new URL(`/${name}`, server).href;
}

/** @returns an empty database. `destroy()` of what is opened on it is enough: the server is thrown away. */
export async function testPlace(): Promise<DatabasePlace> {
  const server = process.env[SERVER_VARIABLE];
  return server === undefined
    ? { engine: new WorkerEngine() }
    : { url: await createDatabase(server) };
}

/** @returns the address of the server, or undefined: what {@link Work} and {@link Jobs} take beside the database. */
export const urlOf = (place: DatabasePlace): string | undefined =>
  'url' in place ? place.url : undefined;
