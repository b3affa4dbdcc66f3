// SPDX-License-Identifier: Apache-2.0
// Where a device or a terminal keeps what it must not forget. A port: a folder by default, memory in tests.

/** A new value of a key, or its end. */
export interface Change {
  readonly key: string;
  /** Undefined removes the key. */
  readonly value: string | undefined;
}

/** A key and what stands under it. */
export type Entry = readonly [key: string, value: string];

/** Text by key, for one process at a time. Every method throws `OfflineError` STORE_FAILED when it cannot. */
export interface Store {
  /** @returns what stands under the key; undefined when nothing does. */
  get(key: string): Promise<string | undefined>;
  /** @returns what stands under keys with this prefix, rising by code unit. */
  list(prefix: string): Promise<readonly Entry[]>;
  /** All changes or none. When it resolves, they outlive a power failure; before, nothing that depends on them may leave. */
  write(changes: readonly Change[]): Promise<void>;
  /** Lets go of the store; calls after it fail. */
  close(): Promise<void>;
}
