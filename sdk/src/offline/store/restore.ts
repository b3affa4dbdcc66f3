// SPDX-License-Identifier: Apache-2.0
// The way on with an older copy, or an emptied store: taken as it is, and every epoch that the store ever knew is sealed,
// since what was paid from it is not known any more.
import type { ErrorDetails } from '@fabric-offline-pay/domain';
import { highestEpoch, higher } from './head.js';
import type { Mark, Marked } from './mark.js';
import { ensureOwner } from './owner.js';
import { closeBoth, writeSealed } from './sealed-store.js';
import { shelf } from './shelf.js';
import { findStore, isRollBack, type Found, type RollBack } from './standing.js';
import type { Store } from './store.js';

/** Whose store is restored, and where to. */
export interface RestoreOptions {
  /** Whose store it is. */
  readonly publicKey: string;
  /** The highest epoch that the bank granted, where neither store nor mark know it any more. */
  readonly epoch?: number;
}

/** What was done. */
export interface Restoration {
  readonly reason: RollBack | 'asked';
  /** How many writes are gone; null when nobody knows. */
  readonly lost: number | null;
  /** A device pays nothing new from this epoch and those before; null when it had none, as a terminal. */
  readonly sealedEpoch: number | null;
}

interface Restored {
  /** The highest epoch that is sealed, or null. */
  readonly epoch: number | null;
  /** Another one each time; missing where an earlier version restored. */
  readonly id?: string;
}

const restored = shelf<Restored, []>('restored');

/** @returns the highest epoch that is sealed, or null. */
export const sealedEpochOf = async (store: Store): Promise<number | null> =>
  (await restored.get(store))?.epoch ?? null;

/** @returns what names the last restoration, or null when there was none. */
export const restorationOf = async (store: Store): Promise<string | null> =>
  (await restored.get(store))?.id ?? null;

const UNKNOWN: Marked = { sequence: 0, seal: '', epoch: null };

function epochToSeal({ inventory, head, marked }: Found, epoch: number | undefined): number | null {
  const known = [head?.epoch, marked?.epoch, epoch, highestEpoch(inventory.keys('certificate/'))];
  return known.reduce<number | null>((a, b) => higher(a, b ?? null), null);
}

function lostOf({ head, marked, standing }: Found): number | null {
  if (standing === 'older') return (marked?.sequence ?? 0) - (head?.sequence ?? 0);
  return standing === 'empty' ? (marked?.sequence ?? 0) : null;
}

async function restore(
  base: Store,
  mark: Mark,
  found: Found,
  epoch: number | undefined,
): Promise<Restoration> {
  const { inventory, head, marked, standing } = found;
  const sealedEpoch = epochToSeal(found, epoch);
  const changes = [restored.put({ epoch: sealedEpoch, id: crypto.randomUUID() })];
  // The next write after what is marked, whatever the copy holds: a crash before the mark is one between any two.
  const before = { ...(marked ?? head ?? UNKNOWN), epoch: sealedEpoch };
  await mark.write(await writeSealed(base, inventory, before, changes));
  const reason = isRollBack(standing) ? standing : 'asked';
  return { reason, lost: lostOf(found), sealedEpoch };
}

/**
 * Takes a store that is not the newest as it is, and closes it. A device pays nothing new from the epochs until now; what it
 * answered it may show again. What a terminal accepted since the copy is gone from it.
 * @returns undefined when the store is the newest and no epoch was named: nothing was changed.
 * @throws {OfflineError} STORE_DAMAGED, STORE_FOREIGN, STORE_FAILED
 */
export async function restoreStore(
  base: Store,
  mark: Mark,
  { publicKey, epoch }: RestoreOptions,
  where: ErrorDetails = {},
): Promise<Restoration | undefined> {
  try {
    const found = await findStore(base, mark, where);
    await ensureOwner(base, { publicKey });
    if (!isRollBack(found.standing) && epoch === undefined) return undefined;
    return await restore(base, mark, found, epoch);
  } finally {
    await closeBoth(base, mark);
  }
}
