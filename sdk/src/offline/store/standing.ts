// SPDX-License-Identifier: Apache-2.0
// Reads a store as a whole and decides whether it is the one that its mark describes, before anything of it is trusted.
import type { ErrorDetails } from '@fabric-offline-pay/domain';
import { OfflineError } from '../../errors.js';
import { HEAD_FORMAT, HEAD, readHead, type Head } from './head.js';
import { Inventory } from './inventory.js';
import type { Mark, Marked } from './mark.js';
import type { Store } from './store.js';

/** Why a store is not the newest: it is an earlier copy, was emptied, belongs to another history, or has lost its mark. */
export type RollBack = 'older' | 'empty' | 'foreign' | 'unmarked';

/**
 * `current`: as marked. `ahead`: a crash came between write and mark. `new`: nothing was ever sealed, so the store is empty or
 * has the format before seals.
 */
export type Standing = 'current' | 'ahead' | 'new' | RollBack;

const ROLL_BACKS: ReadonlySet<Standing> = new Set<RollBack>([
  'older',
  'empty',
  'foreign',
  'unmarked',
]);

export const isRollBack = (standing: Standing): standing is RollBack => ROLL_BACKS.has(standing);

/** The content of a store, its mark, and how they compare. */
export interface Found {
  readonly inventory: Inventory;
  readonly head: Head | undefined;
  readonly marked: Marked | undefined;
  readonly standing: Standing;
}

const isUnwritten = (marked: Marked | undefined): boolean =>
  marked === undefined || marked.sequence === 0;

function standingOf(head: Head, marked: Marked | undefined): Standing {
  if (marked === undefined) return 'unmarked';
  if (head.sequence === marked.sequence && head.seal === marked.seal) return 'current';
  if (head.sequence === marked.sequence + 1 && head.previous === marked.seal) return 'ahead';
  return head.sequence < marked.sequence ? 'older' : 'foreign';
}

async function readAll(base: Store): Promise<{ inventory: Inventory; text: string | undefined }> {
  const inventory = new Inventory();
  let text: string | undefined;
  for (const [key, value] of await base.list(''))
    if (key === HEAD) text = value;
    else inventory.apply({ key, value });
  return { inventory, text };
}

/**
 * @param where added to the details of errors
 * @throws {OfflineError} STORE_DAMAGED; STORE_FAILED for a format that this version does not know
 */
export async function findStore(base: Store, mark: Mark, where: ErrorDetails): Promise<Found> {
  const marked = await mark.read();
  const { inventory, text } = await readAll(base);
  if (text === undefined) {
    if (isUnwritten(marked)) return { inventory, head: undefined, marked, standing: 'new' };
    if (inventory.isEmpty) return { inventory, head: undefined, marked, standing: 'empty' };
    throw new OfflineError('STORE_DAMAGED', { ...where, missing: HEAD });
  }
  const head = readHead(text, inventory);
  if (head === undefined)
    throw new OfflineError('STORE_DAMAGED', { ...where, reason: 'not what was sealed' });
  if (head.format !== HEAD_FORMAT)
    throw new OfflineError('STORE_FAILED', { ...where, format: head.format });
  return { inventory, head, marked, standing: standingOf(head, marked) };
}
