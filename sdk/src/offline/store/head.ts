// SPDX-License-Identifier: Apache-2.0
// The record that seals a store. It is written together with each change; it holds the number of writes and a digest of the content.
import { sha256Hex } from '@fabric-offline-pay/domain';
import { isRecord } from '../../guards.js';
import type { Inventory } from './inventory.js';
import type { Marked } from './mark.js';
import type { Change } from './store.js';

export const HEAD = 'head';

/** Version of the record. A store without a head has the format before seals. */
export const HEAD_FORMAT = 1;

export interface Head extends Marked {
  readonly format: number;
  /** The seal of the previous write. */
  readonly previous: string;
}

type HeadContent = Omit<Head, 'seal'>;

const isHeadContent = (value: unknown): value is HeadContent =>
  isRecord(value) &&
  typeof value['format'] === 'number' &&
  typeof value['sequence'] === 'number' &&
  typeof value['previous'] === 'string' &&
  (value['epoch'] === null || typeof value['epoch'] === 'number');

function sealedHead({ sum }: Inventory, { format, sequence, previous, epoch }: HeadContent): Head {
  const seal = sha256Hex(JSON.stringify([format, sequence, previous, epoch, sum]));
  return { format, sequence, previous, epoch, seal };
}

/** The key of a certificate contains its epoch: `certificate/EPOCH/…`. Terminals keep no certificates. */
const epochOf = (key: string): number => Number(/^certificate\/(\d+)\//.exec(key)?.[1] ?? -1);

/** @returns the higher of two epochs. Null means none. */
export const higherEpoch = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);

export function highestEpoch(keys: Iterable<string>): number | null {
  let highest = -1;
  for (const key of keys) highest = Math.max(highest, epochOf(key));
  return highest < 0 ? null : highest;
}

/** @returns the head of the next write: it seals the inventory and follows what was marked. */
export function nextHead(inventory: Inventory, before: Marked, epoch: number | null): Head {
  return sealedHead(inventory, {
    format: HEAD_FORMAT,
    sequence: before.sequence + 1,
    previous: before.seal,
    epoch: higherEpoch(before.epoch, epoch),
  });
}

export const putHead = (head: Head): Change => ({ key: HEAD, value: JSON.stringify(head) });

export const markedOf = ({ sequence, seal, epoch }: Head): Marked => ({ sequence, seal, epoch });

/** @returns the head, or undefined when it does not seal this content. */
export function readHead(text: string, inventory: Inventory): Head | undefined {
  try {
    const content: unknown = JSON.parse(text);
    const head = isHeadContent(content) ? sealedHead(inventory, content) : undefined;
    return head && putHead(head).value === text ? head : undefined;
  } catch {
    return undefined;
  }
}
