// SPDX-License-Identifier: Apache-2.0
// A store that notices damage and older copies: each write seals the content, and a mark outside records the seal.
import type { ErrorDetails } from '@fabric-offline-pay/domain';
import { OfflineError } from '../../errors.js';
import { inTurn } from '../in-turn.js';
import { randomBytes } from '../random.js';
import { HEAD, highestEpoch, markedOf, nextHead, putHead } from './head.js';
import type { Inventory } from './inventory.js';
import type { Mark, Marked } from './mark.js';
import { findStore, isRollBack, type Found } from './standing.js';
import type { Change, Entry, Store } from './store.js';

/** What an open store must hold, and what its mark says. */
interface Held {
  readonly inventory: Inventory;
  marked: Marked;
}

const newMarked = (): Marked => ({
  sequence: 0,
  seal: randomBytes(32).toString('hex'),
  epoch: null,
});

export async function closeBoth(base: Store, mark: Mark): Promise<void> {
  try {
    await base.close();
  } finally {
    await mark.close();
  }
}

/** Writes changes together with the head that seals them. Mark the returned value before any result leaves the device. */
export async function writeSealed(
  base: Store,
  inventory: Inventory,
  before: Marked,
  changes: readonly Change[],
): Promise<Marked> {
  changes.forEach((change) => inventory.apply(change));
  const epoch = highestEpoch(changes.map(({ key }) => key));
  const head = nextHead(inventory, before, epoch);
  await base.write([...changes, putHead(head)]);
  return markedOf(head);
}

/** Writes the mark before the first seal: a sealed store without a mark is never a new one. */
async function begin(base: Store, mark: Mark, { inventory, marked }: Found): Promise<Held> {
  const before = marked ?? newMarked();
  if (marked === undefined) await mark.write(before);
  if (inventory.isEmpty) return { inventory, marked: before };
  // Records without a head have the format before seals. They are sealed as they are.
  const sealing = { ...before, epoch: highestEpoch(inventory.keys('certificate/')) };
  const after = await writeSealed(base, inventory, sealing, []);
  await mark.write(after);
  return { inventory, marked: after };
}

async function openSealed(base: Store, mark: Mark, where: ErrorDetails): Promise<Held> {
  const found = await findStore(base, mark, where);
  const { inventory, head, marked, standing } = found;
  if (isRollBack(standing)) {
    const told = {
      reason: standing,
      writes: head?.sequence ?? 0,
      marked: marked?.sequence ?? null,
    };
    throw new OfflineError('STORE_ROLLED_BACK', { ...where, ...told });
  }
  if (head === undefined) return begin(base, mark, found);
  if (standing === 'ahead') await mark.write(markedOf(head));
  return { inventory, marked: markedOf(head) };
}

class SealedStore {
  readonly #base: Store;
  readonly #mark: Mark;
  readonly #where: ErrorDetails;
  readonly #inTurn = inTurn();
  /** Undefined after a failure: the next call then reads and checks the store again. */
  #held: Held | undefined;

  constructor(base: Store, mark: Mark, where: ErrorDetails) {
    this.#base = base;
    this.#mark = mark;
    this.#where = where;
  }

  /** Checks the store now, not at its first use. */
  open(): Promise<void> {
    return this.#withHeld(() => Promise.resolve());
  }

  get(key: string): Promise<string | undefined> {
    return this.#withHeld(async ({ inventory }) => {
      const value = await this.#base.get(key);
      this.#ensure(inventory.holds(key, value), key);
      return value;
    });
  }

  list(prefix: string): Promise<readonly Entry[]> {
    return this.#withHeld(async ({ inventory }) => {
      const entries = (await this.#base.list(prefix)).filter(([key]) => key !== HEAD);
      for (const [key, value] of entries) this.#ensure(inventory.holds(key, value), key);
      this.#ensure(entries.length === [...inventory.keys(prefix)].length, prefix);
      return entries;
    });
  }

  write(changes: readonly Change[]): Promise<void> {
    return this.#withHeld(async (held) => {
      if (changes.length === 0) return;
      const after = await writeSealed(this.#base, held.inventory, held.marked, changes);
      await this.#mark.write(after);
      held.marked = after;
    });
  }

  close(): Promise<void> {
    return this.#inTurn(() => closeBoth(this.#base, this.#mark));
  }

  /** Runs one call at a time, so that no reader sees what is written but not marked yet. */
  #withHeld<T>(work: (held: Held) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      try {
        this.#held ??= await openSealed(this.#base, this.#mark, this.#where);
        return await work(this.#held);
      } catch (error) {
        this.#held = undefined;
        throw error;
      }
    });
  }

  #ensure(asWritten: boolean, key: string): void {
    if (!asWritten) throw new OfflineError('STORE_DAMAGED', { ...this.#where, key });
  }
}

/**
 * Opens a store with its seal. It seals the records of a store from before seals as they are.
 * @param base holds this store alone
 * @param mark of this store alone, kept in a place that is not restored together with the store. Each write also writes the mark
 * @param where added to the details of errors
 * @throws {OfflineError} STORE_DAMAGED, which later calls may throw too; STORE_ROLLED_BACK. Store and mark are then closed
 */
export async function sealedStore(
  base: Store,
  mark: Mark,
  where: ErrorDetails = {},
): Promise<Store> {
  const store = new SealedStore(base, mark, where);
  try {
    await store.open();
    return {
      get: (key) => store.get(key),
      list: (prefix) => store.list(prefix),
      write: (changes) => store.write(changes),
      close: () => store.close(),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}
