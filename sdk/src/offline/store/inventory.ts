// SPDX-License-Identifier: Apache-2.0
// Digests of everything that a store must hold. Each record is compared with its digest when read, and all together by one sum.
import { sha256Hex } from '@fabric-offline-pay/domain';
import type { Change } from './store.js';

const leafOf = (key: string, value: string): bigint => BigInt(`0x${sha256Hex(`${key}\0${value}`)}`);

const kindOf = (key: string): string => key.split('/', 1)[0] ?? '';

export class Inventory {
  /** By kind of record, so that a list is checked without the other kinds. */
  readonly #kinds = new Map<string, Map<string, bigint>>();
  #sum = 0n;

  /** Depends only on the content, not on the order in which it was written. */
  get sum(): string {
    return this.#sum.toString(16);
  }

  get isEmpty(): boolean {
    return [...this.#kinds.values()].every(({ size }) => size === 0);
  }

  *keys(prefix = ''): Iterable<string> {
    const kinds = prefix.includes('/') ? [this.#kinds.get(kindOf(prefix))] : this.#kinds.values();
    for (const digests of kinds)
      for (const key of digests?.keys() ?? []) if (key.startsWith(prefix)) yield key;
  }

  apply({ key, value }: Change): void {
    const kind = kindOf(key);
    const digests = this.#kinds.get(kind) ?? new Map<string, bigint>();
    this.#kinds.set(kind, digests);
    const leaf = value === undefined ? undefined : leafOf(key, value);
    this.#sum = BigInt.asUintN(256, this.#sum - (digests.get(key) ?? 0n) + (leaf ?? 0n));
    if (leaf === undefined) digests.delete(key);
    else digests.set(key, leaf);
  }

  /** Whether this value was the last one written under the key. Undefined means that there is none. */
  holds(key: string, value: string | undefined): boolean {
    const leaf = value === undefined ? undefined : leafOf(key, value);
    return this.#kinds.get(kindOf(key))?.get(key) === leaf;
  }
}
