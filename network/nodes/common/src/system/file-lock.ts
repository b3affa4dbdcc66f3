// SPDX-License-Identifier: Apache-2.0
// A lock between processes. The kernel holds it for a process and gives it back when the process ends, however that ends. So it does not
// matter in which container its owner runs, nor, where the file system knows locks between hosts, on which host. A file beside it tells
// people who the owner is.
import { accessSync, constants, readlinkSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
// Of what Node.js has, only SQLite locks files. Nothing is ever written to them, so that a full disk does not matter either.
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { NetworkError } from '../network-error.js';
import { makeFolder, privately, readTextIfPresent, writeJson } from './files.js';
import { isAlive, ownReference } from './process-identity.js';
import { systemCodeOf } from './system-code.js';
import { waitUntil } from './wait-until.js';

const ownerSchema = z.object({
  pid: z.number(),
  identity: z.string(),
  /** Where the number means this process. Locks of earlier versions do not say it. */
  place: z.string().optional(),
});
type Owner = z.infer<typeof ownerSchema>;

/** Processes have numbers of their own on each host and, with Linux, in each container. */
function ownPlace(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/**
 * Runs `work` while holding the lock.
 * @param path names the owner while somebody holds the lock; the lock itself is the file `path`.mutex, which stays.
 * @param deadlineMs how long to wait for another living owner; 0 fails at once.
 * @param holder what the message calls another owner.
 * @throws NetworkError `HOME_UNUSABLE` when nobody can write or lock there; `NETWORK_BUSY` when another process still holds the lock at the deadline.
 */
export async function withLock<T>(
  path: string,
  deadlineMs: number,
  work: () => Promise<T>,
  holder = 'Another process',
): Promise<T> {
  ensureWritable(dirname(path));
  const mutex = await acquire(path, deadlineMs, holder);
  try {
    nameOwner(path);
    return await work();
  } finally {
    rmSync(path, { force: true });
    mutex.close();
  }
}

async function acquire(path: string, deadlineMs: number, holder: string): Promise<DatabaseSync> {
  try {
    return await waitUntil(`lock ${path}`, () => tryAcquire(path), { deadlineMs });
  } catch (error) {
    if (error instanceof NetworkError && error.cause instanceof NetworkError) throw error.cause;
    throw busy(path, holder, error);
  }
}

function busy(path: string, holder: string, cause: unknown): NetworkError {
  const { pid, place } = ownerOf(path) ?? {};
  const elsewhere =
    place === undefined || place === ownPlace() ? '' : ` in another container or host: ${place}`;
  return new NetworkError(
    'NETWORK_BUSY',
    `${holder} is running (pid ${pid ?? 'unknown'}${elsewhere})`,
    {
      advice: 'Wait until it has finished, or end it.',
      details: { pid, lock: path },
      cause,
    },
  );
}

/** Makes the folder when there is none. @throws NetworkError `HOME_UNUSABLE` */
function ensureWritable(folder: string): void {
  makeFolder(folder);
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw unusable(folder, 'written', systemCodeOf(error) ?? 'unknown', error);
  }
}

const unusable = (folder: string, done: string, reason: string, cause: unknown): NetworkError =>
  new NetworkError('HOME_UNUSABLE', `${folder} cannot be ${done}: ${reason}`, {
    details: { folder, reason },
    cause,
  });

/** @returns the mutex, which closing gives back; undefined while another process has it */
function tryAcquire(path: string): DatabaseSync | undefined {
  const mutex = tryLock(`${path}.mutex`);
  if (mutex === undefined || !isHeldWithoutMutex(path)) return mutex;
  mutex.close();
  return undefined;
}

/** By a process of an earlier version, whose lock was the file that names it. */
function isHeldWithoutMutex(path: string): boolean {
  const owner = ownerOf(path);
  if (owner === undefined || owner.pid === process.pid) return false;
  return (owner.place === undefined || owner.place === ownPlace()) && isAlive(owner);
}

const SQLITE_BUSY = 5;

const isBusy = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'errcode' in error &&
  error.errcode === SQLITE_BUSY;

/** @throws NetworkError `HOME_UNUSABLE` */
function tryLock(file: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = privately(() => new DatabaseSync(file));
    // "Immediate" is one step: of two that try at the same time one succeeds. "Exclusive" takes several, in which both may fail.
    database.exec('pragma journal_mode = memory; begin immediate');
    return database;
  } catch (error) {
    database?.close();
    if (isBusy(error)) return undefined;
    const reason = error instanceof Error ? error.message : 'unknown';
    throw unusable(dirname(file), 'locked', reason, error);
  }
}

/** On a full disk nobody learns whose lock it is, and it is held all the same. */
function nameOwner(path: string): void {
  try {
    const owner: Owner = { ...ownReference(), place: ownPlace() };
    writeJson(path, owner);
  } catch {
    rmSync(path, { force: true });
  }
}

function ownerOf(path: string): Owner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(readTextIfPresent(path) ?? ''));
  } catch {
    return undefined;
  }
}
