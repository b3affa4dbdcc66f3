// SPDX-License-Identifier: Apache-2.0
// The durable store: LevelDB in a folder, whose log is synced with every write and ends at the last whole one.
import { chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { OfflineError } from '../../errors.js';
import { syncFolder } from '../../files/write-durably.js';
import type { Change, Store } from './store.js';

/** Above every character that keys are made of. */
const AFTER_ALL = '\uffff';

const codeOf = (error: unknown): unknown =>
  (error as { readonly code?: unknown } | undefined)?.code;

function openingError(folder: string, error: unknown): OfflineError {
  const reason = codeOf((error as Error).cause) ?? codeOf(error);
  if (reason === 'LEVEL_LOCKED') return new OfflineError('STORE_LOCKED', { folder }, error);
  const damaged = reason === 'LEVEL_CORRUPTION';
  return new OfflineError(damaged ? 'STORE_DAMAGED' : 'STORE_FAILED', { folder }, error);
}

async function opened(folder: string): Promise<ClassicLevel> {
  const database = new ClassicLevel(folder);
  try {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o700);
    await database.open();
    // LevelDB syncs its files; that their names and the folder's own outlive a power failure is seen to here.
    await syncFolder(folder);
    await syncFolder(dirname(folder));
    return database;
  } catch (error) {
    throw openingError(folder, error);
  }
}

const toOperation = ({ key, value }: Change) =>
  value === undefined ? ({ type: 'del', key } as const) : ({ type: 'put', key, value } as const);

/**
 * @param folder made when missing, readable by its owner only; one process a folder
 * @throws {OfflineError} STORE_LOCKED while another process has it, STORE_DAMAGED, STORE_FAILED.
 */
export async function levelStore(folder: string): Promise<Store> {
  const database = await opened(folder);
  const guarded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      const damaged = codeOf(error) === 'LEVEL_CORRUPTION';
      throw new OfflineError(damaged ? 'STORE_DAMAGED' : 'STORE_FAILED', { folder }, error);
    }
  };
  return {
    get: (key) => guarded(database.get(key)),
    list: (prefix) => guarded(database.iterator({ gte: prefix, lt: prefix + AFTER_ALL }).all()),
    write: (changes) => guarded(database.batch(changes.map(toOperation), { sync: true })),
    close: () => guarded(database.close()),
  };
}
