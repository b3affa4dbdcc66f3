// SPDX-License-Identifier: Apache-2.0
// Before the project `server`: starts the server on which its specs make their databases.
import { postgresPrograms, PostgresServer } from './postgres-server.js';
import { setServer } from './postgres-shared.js';

export default async function setup(): Promise<void> {
  const programs = postgresPrograms();
  if (programs === undefined) return;
  const server = await PostgresServer.start(programs);
  setServer(server);
  process.env['OFFPAY_TEST_SERVER'] = server.url;
}
