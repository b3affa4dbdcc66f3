// SPDX-License-Identifier: Apache-2.0
// The server between setup and teardown, which jest loads apart from each other.
import type { PostgresServer } from './postgres-server.js';

const NAME = Symbol.for('offpay test server');

const shared = globalThis as { [NAME]?: PostgresServer };

export const setServer = (server: PostgresServer): void => {
  shared[NAME] = server;
};

export const findServer = (): PostgresServer | undefined => shared[NAME];
