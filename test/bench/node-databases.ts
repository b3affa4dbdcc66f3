// SPDX-License-Identifier: Apache-2.0
// The databases that a node may have: inside the process, and on a server where its programs are installed.
import type { DatabasePlace } from '@fabric-offline-pay/node-common/node';
import { SERVER_VARIABLE, testPlace } from '../../network/nodes/common/src/testing/test-place.js';
import { postgresPrograms, PostgresServer } from '../support/postgres-server.js';

/** How a name in the report ends, by where the tables are. */
const NAMES = { embedded: 'Embedded', server: 'OnServer' } as const;

export type DatabaseName = (typeof NAMES)[keyof typeof NAMES];

/** Makes an empty database. */
export type MakeDatabase = () => Promise<DatabasePlace>;

/** Measures on each kind of database, one after the other. @param tell says why one is left out */
export async function onEachDatabase(
  tell: (message: string) => void,
  measure: (name: DatabaseName, make: MakeDatabase) => Promise<void>,
): Promise<void> {
  await measure(NAMES.embedded, testPlace);
  const programs = postgresPrograms();
  if (programs === undefined) {
    tell('No PostgreSQL server is installed: only the embedded one is measured.');
    return;
  }
  const server = await PostgresServer.start(programs);
  process.env[SERVER_VARIABLE] = server.url;
  try {
    await measure(NAMES.server, testPlace);
  } finally {
    Reflect.deleteProperty(process.env, SERVER_VARIABLE);
    await server.stop();
  }
}
