// SPDX-License-Identifier: Apache-2.0
// Digests of everything that a store must hold. Each record is compared with its digest when read, and all together by one sum.
import { sha256Hex } from '@fabric-offline-pay/domain';
import type { Change } from './store.js';

const leafOf = (key: string, value: string): bigint => BigInt(`0x${sha256Hex(`${key}\0${value}`)}`);

const shelfOf = (key: string): string => key.split('/', 1)[0] ?? '';

export class Inventory {
  /** By shelf, so that a list is compared without a look at the others. */
  readonly #shelves = new Map<string, Map<string, bigint>>();
  #sum = 0n;

  /** Depends only on the content, not on the order in which it was written. */
  get sum(): string {
    return this.#sum.toString(16);
  }

  get isEmpty(): boolean {
    return [...this.#shelves.values()].every(({ size }) => size === 0);
  }

  *keys(prefix = ''): Iterable<string> {
    const [name, rest] = [shelfOf(prefix), prefix.includes('/')];
    const shelves = rest ? [this.#shelves.get(name)] : this.#shelves.values();
    for (const shelf of shelves)
      for (const key of shelf?.keys() ?? []) if (key.startsWith(prefix)) yield key;
  }

  apply({ key, value }: Change): void {
    const name = shelfOf(key);
    const shelf = this.#shelves.get(name) ?? new Map<string, bigint>();
    this.#shelves.set(name, shelf);
    const leaf = value === undefined ? undefined : leafOf(key, value);
    this.#sum = BigInt.asUintN(256, this.#sum - (shelf.get(key) ?? 0n) + (leaf ?? 0n));
    if (leaf === undefined) shelf.delete(key);
    else shelf.set(key, leaf);
  }

  /** Whether this value was the last one written under the key. Undefined means that there is none. */
  holds(key: string, value: string | undefined): boolean {
    const leaf = value === undefined ? undefined : leafOf(key, value);
    return this.#shelves.get(shelfOf(key))?.get(key) === leaf;
  }
}
