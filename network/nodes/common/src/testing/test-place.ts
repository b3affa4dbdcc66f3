// SPDX-License-Identifier: Apache-2.0
// Where a spec keeps its tables: PostgreSQL inside the process or, in the project `server`, a database of its own on a real server. The
// same specs run on both, so that no spec opens a database by another way.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { DatabasePlace } from '../database/open-database.js';
import type { SqlEngine } from '../database/pglite-dialect.js';
import { ServerEngine } from './server-engine.js';
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

/**
 * @param folder where the one inside the process keeps its files, for a spec that opens it again; default: in memory
 * @returns an empty database. `destroy()` of what is opened on it is enough: the server is thrown away.
 */
export async function testPlace(folder?: string): Promise<DatabasePlace> {
  const server = process.env[SERVER_VARIABLE];
  return server === undefined
    ? { engine: new WorkerEngine(folder) }
    : { url: await createDatabase(server) };
}

/** @returns one connection to an empty database, which a spec may let die at any statement */
export async function testEngine(): Promise<SqlEngine> {
  const place = await testPlace();
  if ('engine' in place) return place.engine;
  if ('url' in place) return ServerEngine.connect(place.url);
  throw new Error('A spec has no folder.');
}

/** @returns the same database for somebody who closes it while others go on */
export function beside(place: DatabasePlace): DatabasePlace {
  if (!('engine' in place)) return place;
  const { engine } = place;
  return {
    engine: {
      query: (text, parameters) => engine.query(text, parameters),
      exec: (text) => engine.exec(text),
      close: () => Promise.resolve(),
    },
  };
}

/** @returns the address of the server, or undefined: what {@link Work} and {@link Jobs} take beside the database. */
export const urlOf = (place: DatabasePlace): string | undefined =>
  'url' in place ? place.url : undefined;
