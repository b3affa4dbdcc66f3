// SPDX-License-Identifier: Apache-2.0
// Continues with an older copy of a store, or an emptied store. It seals every epoch that the store ever knew, because nobody
// knows any more what was paid from them.
import type { ErrorDetails } from '@fabric-offline-pay/domain';
import { highestEpoch, higherEpoch } from './head.js';
import type { Mark, Marked } from './mark.js';
import { ensureOwner } from './owner.js';
import { closeBoth, writeSealed } from './sealed-store.js';
import { recordsOf } from './records-of.js';
import { findStore, isRollBack, type Found, type RollBack } from './standing.js';
import type { Store } from './store.js';

/** Options of a restoration. */
export interface RestoreOptions {
  /** The key of the store's owner, base64 DER SubjectPublicKeyInfo. */
  readonly publicKey: string;
  /** The highest epoch that the bank granted. Needed when neither store nor mark know it any more. */
  readonly epoch?: number;
}

/** The result of a restoration. */
export interface Restoration {
  readonly reason: RollBack | 'asked';
  /** How many writes are lost. Null when nobody knows. */
  readonly lost: number | null;
  /** A device pays nothing new from this epoch or an earlier one. Null when it had none, and for a terminal. */
  readonly sealedEpoch: number | null;
}

interface Restored {
  /** The highest sealed epoch, or null. */
  readonly epoch: number | null;
  /** Unique for each restoration. Missing where an earlier version restored. */
  readonly id?: string;
}

const restored = recordsOf<Restored, []>('restored');

/** @returns the highest sealed epoch, or null. */
export const sealedEpochOf = async (store: Store): Promise<number | null> =>
  (await restored.get(store))?.epoch ?? null;

/** @returns the id of the last restoration, or null when there was none. */
export const restorationOf = async (store: Store): Promise<string | null> =>
  (await restored.get(store))?.id ?? null;

const UNKNOWN: Marked = { sequence: 0, seal: '', epoch: null };

function epochToSeal({ inventory, head, marked }: Found, epoch: number | undefined): number | null {
  const known = [head?.epoch, marked?.epoch, epoch, highestEpoch(inventory.keys('certificate/'))];
  return known.reduce<number | null>((a, b) => higherEpoch(a, b ?? null), null);
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
  // Continues after the marked write, whatever the copy holds: a crash before the mark is then like one between any two writes.
  const before = { ...(marked ?? head ?? UNKNOWN), epoch: sealedEpoch };
  await mark.write(await writeSealed(base, inventory, before, changes));
  const reason = isRollBack(standing) ? standing : 'asked';
  return { reason, lost: lostOf(found), sealedEpoch };
}

/**
 * Accepts a store that is not the newest, and closes it. A device then pays nothing new from any epoch so far, but may show
 * its earlier answers again. A terminal has lost what it accepted since the copy was made.
 * @returns undefined when the store is the newest and `epoch` is not given: then nothing was changed
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
