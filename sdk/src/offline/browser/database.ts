// SPDX-License-Identifier: Apache-2.0
// IndexedDB as promises, for databases of one object store.
import { OfflineError } from '../../errors.js';

/** The only object store of each database. */
const STORE = 'records';

/** Prefix of database and lock names, which a page shares with everything of its origin. */
const PREFIX = 'fabric-offline-pay/';

export const fullName = (name: string): string => PREFIX + name;

const waitForAnswer = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The request failed.'));
  });

const waitForEnd = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () =>
      reject(transaction.error ?? new Error('The transaction was aborted.'));
  });

export class Database {
  readonly #name: string;
  readonly #database: IDBDatabase;

  private constructor(name: string, database: IDBDatabase) {
    this.#name = name;
    this.#database = database;
  }

  /** @throws {OfflineError} STORE_FAILED */
  static async open(name: string): Promise<Database> {
    try {
      const request = indexedDB.open(fullName(name), 1);
      request.onupgradeneeded = () => void request.result.createObjectStore(STORE);
      return new Database(name, await waitForAnswer(request));
    } catch (error) {
      throw new OfflineError('STORE_FAILED', { name }, error);
    }
  }

  /** @throws {OfflineError} STORE_FAILED */
  read<T>(ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return this.#guard(() => waitForAnswer(ask(this.#in('readonly'))));
  }

  /**
   * Writes everything or nothing. When it resolves, the browser has reported that it flushed the data to the medium.
   * @throws {OfflineError} STORE_FAILED
   */
  write(change: (store: IDBObjectStore) => void): Promise<void> {
    return this.#guard(() => {
      const store = this.#in('readwrite');
      change(store);
      return waitForEnd(store.transaction);
    });
  }

  close(): void {
    this.#database.close();
  }

  #in(mode: IDBTransactionMode): IDBObjectStore {
    return this.#database.transaction(STORE, mode, { durability: 'strict' }).objectStore(STORE);
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw new OfflineError('STORE_FAILED', { name: this.#name }, error);
    }
  }
}
