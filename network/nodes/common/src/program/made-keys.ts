// SPDX-License-Identifier: Apache-2.0
// Which keys a database was used with. A key that is lost would be made anew, and then nothing that was made with the old one fits: so the
// database remembers a digest of each, and the node does not start with another.
import { createHmac, createPrivateKey } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { MadeFile } from './made-files.js';
import { isThere, readSettingFile, unusable } from './setting-files.js';

export interface MadeKeyTables {
  made_keys: {
    /** The setting that names the key's file. */
    setting: string;
    /** What the key makes of the setting's name, 64 hex digits. Nobody learns the key from it. */
    digest: string;
  };
}

/** Makes the table of the keys that the database was used with. */
export const createMadeKeys = (db: Kysely<unknown>): Promise<void> =>
  db.schema
    .createTable('made_keys')
    .addColumn('setting', 'varchar(64)', (column) => column.primaryKey())
    .addColumn('digest', 'varchar(64)', (column) => column.notNull())
    .execute();

/** The key itself: the same key may be written in several ways. */
const BYTES: Readonly<Record<MadeFile['content'], (text: string) => Buffer>> = {
  sealingKey: (text) => Buffer.from(text, 'base64'),
  ed25519Key: (text) => createPrivateKey(text).export({ format: 'der', type: 'pkcs8' }),
};

const digestOf = (named: MadeFile): string =>
  createHmac('sha256', BYTES[named.content](readSettingFile(named)))
    .update(`made key ${named.setting}`)
    .digest('hex');

function ensureSame(named: MadeFile, digest: string): void {
  if (!isThere(named))
    throw unusable(named, 'is not there, and the database was used with the key that it held');
  if (digestOf(named) !== digest)
    throw unusable(named, 'holds another key than the one that the database was used with');
}

type Keys = Kysely<MadeKeyTables>;

/**
 * Call it before a key that is missing is made.
 * @returns the keys that the database does not know yet, for {@link noteMadeKeys}
 * @throws NetworkError `SETTING_FILE_UNUSABLE` for a key that is missing, or another one
 */
export async function checkMadeKeys(
  db: Keys,
  files: readonly MadeFile[],
): Promise<readonly MadeFile[]> {
  if (files.length === 0) return [];
  const rows = await db.selectFrom('made_keys').selectAll().execute();
  const digests = new Map(rows.map(({ setting, digest }) => [setting, digest]));
  return files.filter((named) => {
    const digest = digests.get(named.setting);
    if (digest !== undefined) ensureSame(named, digest);
    return digest === undefined;
  });
}

/**
 * Notes keys that are there now. A database of an earlier version takes the ones that it finds.
 * @throws as {@link checkMadeKeys}, when another process was first, with another key
 */
export async function noteMadeKeys(db: Keys, files: readonly MadeFile[]): Promise<void> {
  if (files.length === 0) return;
  await db
    .insertInto('made_keys')
    .values(files.map((named) => ({ setting: named.setting, digest: digestOf(named) })))
    .onConflict((conflict) => conflict.column('setting').doNothing())
    .execute();
  await checkMadeKeys(db, files);
}
