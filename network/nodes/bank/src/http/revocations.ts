// SPDX-License-Identifier: Apache-2.0
// Which certificates the bank's authorities have revoked, read anew whenever the file changes. What cannot be known is refused.
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { BankError } from '../bank-error.js';
import type { Clock } from '../clock.js';
import { listsInPem, plainSerial, revocationList, type RevocationList } from './revocation-list.js';

interface Read {
  /** What the file looked like when it was read. */
  readonly mark: string;
  /** By the fingerprint of the authority; undefined where none of the lists is the authority's. */
  readonly lists: ReadonlyMap<string, RevocationList | undefined>;
}

/** Another file, or the same with other bytes. Lists are replaced as a whole, so that their file's number changes as well. */
function markOf(file: string): string {
  const { ino, size, mtimeNs } = statSync(file, { bigint: true });
  return [ino, size, mtimeNs].join();
}

export interface RevocationsOptions {
  /** PEM of one list an authority. */
  readonly file: string;
  readonly authorities: readonly X509Certificate[];
  readonly clock: Clock;
}

/**
 * Looks at the file at every question, since a missed change would let somebody in: looking takes some microseconds, and reading
 * happens once a change.
 */
export class Revocations {
  readonly #options: RevocationsOptions;
  #read: Read | undefined;

  constructor(options: RevocationsOptions) {
    this.#options = options;
  }

  /**
   * @returns whether the authority has revoked the certificate that it issued.
   * @throws {BankError} REVOCATIONS_UNKNOWN when its list is missing, unreadable, another's, not yet or no longer in force.
   */
  isRevoked(certificate: X509Certificate, authority: X509Certificate): boolean {
    const list = this.#listOf(authority);
    const now = this.#options.clock();
    if (list === undefined || now < list.from || now >= list.until)
      throw new BankError('REVOCATIONS_UNKNOWN');
    return list.serials.has(plainSerial(certificate.serialNumber));
  }

  #listOf({ fingerprint256 }: X509Certificate): RevocationList | undefined {
    try {
      const mark = markOf(this.#options.file);
      if (this.#read?.mark !== mark) this.#read = { mark, lists: this.#readLists() };
      return this.#read.lists.get(fingerprint256);
    } catch (error) {
      this.#read = undefined;
      throw new BankError('REVOCATIONS_UNKNOWN', undefined, error);
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
