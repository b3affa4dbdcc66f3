// SPDX-License-Identifier: Apache-2.0
// Whom questions about the ledger are asked: the tables of an earlier audit, or the auditor's running node.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  auditReader,
  openAuditorDatabase,
  type AuditorDatabase,
  type AuditReader,
} from '@fabric-offline-pay/auditor-node';
import { WrongUseError } from '../command-errors.js';
import { homeOf } from '../home.js';
import type { CommonOptions } from '../output.js';

export interface ReaderOptions extends CommonOptions {
  /** Folder of an earlier audit's tables. */
  readonly database?: string;
}

/**
 * @param folder of an earlier audit's tables
 * @throws {WrongUseError} when there is none
 */
export async function withDatabase<T>(
  folder: string,
  use: (db: AuditorDatabase) => Promise<T>,
): Promise<T> {
  const path = resolve(folder);
  // Otherwise an empty one would be made, which answers that there is nothing.
  if (!existsSync(path)) throw new WrongUseError(`There are no tables of an audit in ${path}.`);
  const db = await openAuditorDatabase({ folder: path });
  try {
    return await use(db);
  } finally {
    await db.destroy();
  }
}

/** @throws NetworkError `NETWORK_NOT_UP` without a folder, when no auditor's node runs */
export async function withReader<T>(
  options: ReaderOptions,
  use: (reader: AuditReader) => Promise<T>,
): Promise<T> {
  const { database } = options;
  if (database !== undefined) return withDatabase(database, (db) => use(auditReader(db)));
  // Loaded only when a network is asked: the tables of an earlier audit need none.
  const { auditorClient } = await import('@fabric-offline-pay/run');
  const client = auditorClient(homeOf(options));
  try {
    return await use(client);
  } finally {
    client.close();
  }
}
