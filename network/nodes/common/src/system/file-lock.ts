// SPDX-License-Identifier: Apache-2.0
// A lock between processes: a file that names its owner. If the owner is dead, another process takes the lock over.
import { randomUUID } from 'node:crypto';
import { accessSync, constants, linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { NetworkError } from '../network-error.js';
import { makeFolder, readTextIfPresent, SECRET_FILE } from './files.js';
import { isAlive, ownReference } from './process-identity.js';
import { systemCodeOf } from './system-code.js';
import { waitUntil } from './wait-until.js';

const ownerSchema = z.object({ pid: z.number(), identity: z.string(), token: z.string() });

/**
 * Runs `work` while holding the lock.
 * @param deadlineMs how long to wait for another living owner; 0 fails at once.
 * @param holder what the message calls another owner.
 * @throws NetworkError `HOME_UNUSABLE` when nobody can write there; `NETWORK_BUSY` when another process still holds the lock at the deadline.
 */
export async function withLock<T>(
  path: string,
  deadlineMs: number,
  work: () => Promise<T>,
  holder = 'Another process',
): Promise<T> {
  ensureWritable(dirname(path));
  const content = JSON.stringify({ ...ownReference(), token: randomUUID() });
  await acquire(path, content, deadlineMs, holder);
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

async function acquire(
  path: string,
  content: string,
  deadlineMs: number,
  holder: string,
): Promise<void> {
  try {
    await waitUntil(`lock ${path}`, () => tryAcquire(path, content) || undefined, { deadlineMs });
  } catch (error) {
    const reason = systemCodeOf(error instanceof Error ? error.cause : undefined);
    if (reason !== undefined) throw unwritable(dirname(path), reason, error);
    const pid = lockOwner(readTextIfPresent(path))?.pid;
    throw new NetworkError('NETWORK_BUSY', `${holder} is running (pid ${pid ?? 'unknown'})`, {
      advice: 'Wait until it has finished, or end it.',
      details: { pid, lock: path },
      cause: error,
    });
  }
}

/** Makes the folder when there is none. @throws NetworkError `HOME_UNUSABLE` */
function ensureWritable(folder: string): void {
  makeFolder(folder);
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw unwritable(folder, systemCodeOf(error) ?? 'unknown', error);
  }
}

const unwritable = (folder: string, reason: string, cause: unknown): NetworkError =>
  new NetworkError('HOME_UNUSABLE', `${folder} cannot be written: ${reason}`, {
    details: { folder, reason },
    cause,
  });

const tryAcquire = (path: string, content: string): boolean =>
  tryLink(path, content) || (removeIfAbandoned(path) && tryLink(path, content));

function tryLink(path: string, content: string): boolean {
  const temporary = `${path}.${randomUUID()}`;
  writeFileSync(temporary, content, { mode: SECRET_FILE });
  try {
    // A hard link appears with its content or fails, so no reader ever sees a lock without its owner.
    linkSync(temporary, path);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** @returns whether the lock may be free now. */
function removeIfAbandoned(path: string): boolean {
  const held = readTextIfPresent(path);
  if (held === undefined) return true;
  const owner = lockOwner(held);
  if (owner !== undefined && isAlive(owner)) return false;
  const aside = `${path}.${randomUUID()}.stale`;
  try {
    renameSync(path, aside);
    if (readTextIfPresent(aside) !== held) {
      // Another process took the lock over in between: give it back.
      linkSync(aside, path);
    }
    return true;
  } catch {
    return false;
  } finally {
    rmSync(aside, { force: true });
  }
}

function lockOwner(held: string | undefined): z.infer<typeof ownerSchema> | undefined {
  try {
    return ownerSchema.parse(JSON.parse(held ?? ''));
  } catch {
    return undefined;
  }
}
