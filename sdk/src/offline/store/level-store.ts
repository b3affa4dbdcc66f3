// SPDX-License-Identifier: Apache-2.0
// The durable store: LevelDB in a folder. Its log is synced with every write. From a damaged log LevelDB silently takes what it can
// read, so this store is never used without a seal.
import { chmod, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { OfflineError } from '../../errors.js';
import { syncFolder } from '../../files/write-durably.js';
import { isRecord } from '../../guards.js';
import type { Change, Store } from './store.js';

/** Sorts after every character that keys consist of. */
const AFTER_ALL = '\uffff';

/** LevelDB reports a missing or truncated file only in the system's words, without a code. */
const GONE_OR_CUT = /: (?:No such file or directory|Invalid argument|Is a directory)$/;

interface LevelError {
  readonly code?: unknown;
  readonly message: string;
}

const isLevelDamage = ({ code, message }: LevelError): boolean =>
  code === 'LEVEL_CORRUPTION' || (code === 'LEVEL_IO_ERROR' && GONE_OR_CUT.test(message));

/** LevelDB wraps some of its errors: the cause is then the one that says why. */
function levelErrorIn(error: unknown): LevelError {
  const reason = (isRecord(error) ? error['cause'] : undefined) ?? error;
  const { code, message } = isRecord(reason) ? reason : {};
  return { code, message: typeof message === 'string' ? message : '' };
}

function errorOf(folder: string, error: unknown): OfflineError {
  const reason = levelErrorIn(error);
  if (reason.code === 'LEVEL_LOCKED') return new OfflineError('STORE_LOCKED', { folder }, error);
  return new OfflineError(
    isLevelDamage(reason) ? 'STORE_DAMAGED' : 'STORE_FAILED',
    { folder },
    error,
  );
}

/**
 * Without this check, LevelDB would treat a damaged folder as a new one and delete its content. A folder in which LevelDB was
 * killed while creating the database has no data yet.
 */
async function ensureWhole(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (!names.includes('CURRENT') && names.some((name) => /\.(?:log|ldb|sst)$/.test(name)))
    throw new OfflineError('STORE_DAMAGED', { folder, missing: 'CURRENT' });
  if (names.includes('CURRENT') && !NAMES_MANIFEST.test(await currentOf(folder)))
    throw new OfflineError('STORE_DAMAGED', { folder, file: 'CURRENT' });
}

/** LevelDB opens whatever stands in it, and then tells what the system says of such a name. */
const NAMES_MANIFEST = /^MANIFEST-\d+\n$/;

const currentOf = (folder: string): Promise<string> => readFile(join(folder, 'CURRENT'), 'latin1');

/** LevelDB syncs the content of its files. This makes their names, and those of new folders, survive a power failure. */
async function syncNames(folder: string, firstNew: string): Promise<void> {
  const last = dirname(firstNew);
  for (let at = folder; ; at = dirname(at)) {
    await syncFolder(at);
    if (at === last) return;
  }
}

async function openDatabase(folder: string): Promise<ClassicLevel> {
  try {
    const firstNew = await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    await ensureWhole(folder);
    // The constructor already begins to open the database.
    const database = new ClassicLevel(folder);
    await database.open();
    await syncNames(resolve(folder), resolve(firstNew ?? folder));
    return database;
  } catch (error) {
    throw error instanceof OfflineError ? error : errorOf(folder, error);
  }
}

const toOperation = ({ key, value }: Change) =>
  value === undefined ? ({ type: 'del', key } as const) : ({ type: 'put', key, value } as const);

/**
 * Opens an unsealed store. Devices and terminals use `folderStore` over it.
 * @param folder made when missing, readable by its owner only; only one process may have it open
 * @throws {OfflineError} STORE_LOCKED while another process has it open, STORE_DAMAGED, STORE_FAILED
 */
export async function levelStore(folder: string): Promise<Store> {
  const database = await openDatabase(folder);
  const guarded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw errorOf(folder, error);
    }
  };
  return {
    get: (key) => guarded(database.get(key)),
    list: (prefix) => guarded(database.iterator({ gte: prefix, lt: prefix + AFTER_ALL }).all()),
    write: (changes) => guarded(database.batch(changes.map(toOperation), { sync: true })),
    close: () => guarded(database.close()),
  };
}
