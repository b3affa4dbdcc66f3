// SPDX-License-Identifier: Apache-2.0
// Which certificates the bank's authorities have revoked, read again whenever the file changes. Without a valid list, all are refused.
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { NodeError } from './node-error.js';

import { listsInPem, plainSerial, revocationList, type RevocationList } from './revocation-list.js';

interface Read {
  /** The state of the file when it was read. */
  readonly mark: string;
  /** By the fingerprint of the authority; undefined when the file has no list of this authority. */
  readonly lists: ReadonlyMap<string, RevocationList | undefined>;
}

/** Another file, or the same file with other bytes. Lists are replaced as a whole, so that the file's number changes as well. */
function fileState(file: string): string {
  const { ino, size, mtimeNs } = statSync(file, { bigint: true });
  return [ino, size, mtimeNs].join();
}

export interface RevocationsOptions {
  /** PEM file with one list per authority. */
  readonly file: string;
  readonly authorities: readonly X509Certificate[];
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/**
 * Checks the file at every call, because a missed change would accept a revoked certificate. The check takes some microseconds,
 * and the file is read only once per change.
 */
export class Revocations {
  readonly #options: RevocationsOptions;
  #read: Read | undefined;

  constructor(options: RevocationsOptions) {
    this.#options = options;
  }

  /**
   * @returns whether the authority has revoked this certificate.
   * @throws {NodeError} REVOCATIONS_UNKNOWN when its list is missing, unreadable, not signed by it, not valid yet or expired.
   */
  isRevoked(certificate: X509Certificate, authority: X509Certificate): boolean {
    const list = this.#listOf(authority);
    const now = this.#options.clock();
    if (list === undefined || now < list.from || now >= list.until)
      throw new NodeError('REVOCATIONS_UNKNOWN');
    return list.serials.has(plainSerial(certificate.serialNumber));
  }

  #listOf({ fingerprint256 }: X509Certificate): RevocationList | undefined {
    try {
      const mark = fileState(this.#options.file);
      if (this.#read?.mark !== mark) this.#read = { mark, lists: this.#readLists() };
      return this.#read.lists.get(fingerprint256);
    } catch (error) {
      this.#read = undefined;
      throw new NodeError('REVOCATIONS_UNKNOWN', undefined, error);
    }
  }

  #readLists(): Map<string, RevocationList | undefined> {
    const { file, authorities } = this.#options;
    const lists = listsInPem(readFileSync(file, 'utf8'));
    return new Map(
      authorities.map((authority) => [
        authority.fingerprint256,
        lists.map((list) => revocationList(list, authority)).find((list) => list !== undefined),
      ]),
    );
  }
}
