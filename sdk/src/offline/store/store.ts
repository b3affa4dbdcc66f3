// SPDX-License-Identifier: Apache-2.0
// Where a device or a terminal keeps its records. A port: a folder by default, memory in tests.

/** A new value for a key, or its removal. */
export interface Change {
  readonly key: string;
  /** Undefined removes the key. */
  readonly value: string | undefined;
}

/** A key and its value. */
export type Entry = readonly [key: string, value: string];

/** Texts by key, for one process at a time. Every method throws `OfflineError` STORE_FAILED when it fails. */
export interface Store {
  /** @returns the value of the key, or undefined when it has none. */
  get(key: string): Promise<string | undefined>;
  /** @returns keys with this prefix and their values, sorted by code unit. */
  list(prefix: string): Promise<readonly Entry[]>;
  /** Writes all changes or none. They survive a power failure once it resolves. Until then, nothing that depends on them may leave. */
  write(changes: readonly Change[]): Promise<void>;
  /** Releases the store. Later calls fail. */
  close(): Promise<void>;
}
