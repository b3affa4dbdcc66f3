// SPDX-License-Identifier: Apache-2.0
// Who signed what in the world of the mutations. A reader looks signatures up here and calculates nothing.
import type { KeyObject } from 'node:crypto';
import { signed } from '../../support/offline-world.js';
import { issuerKid } from '@fabric-offline-pay/domain';
import { pointOf, spkiOf } from '../../support/offline-world.js';
import { readSign1, SIGNED, type Sign1, type SignedKind } from './reading.js';

export class Notary {
  readonly #seen = new Set<string>();

  static #entry(point: Uint8Array, { signed: text, signature }: Sign1): string {
    return [point, text, signature].map((part) => Buffer.from(part).toString('hex')).join();
  }

  /** Notes what an honest party signed. */
  witness(point: Uint8Array, kind: SignedKind, bytes: Uint8Array): Buffer {
    const read = readSign1(kind, bytes);
    if (read === undefined) throw new Error(`no ${kind} in its one form`);
    this.#seen.add(Notary.#entry(point, read));
    return Buffer.from(bytes);
  }

  /** @returns whether the key signed it, just so. */
  isBy(point: Uint8Array, object: Sign1): boolean {
    return this.#seen.has(Notary.#entry(point, object));
  }

  /** Signs any payload, and notes that. @param kid that the header names, when an issuer signs such objects */
  sign(
    key: KeyObject,
    kind: SignedKind,
    payload: Uint8Array,
    kid: Uint8Array = issuerKid(spkiOf(key)),
  ): Buffer {
    const bytes = signed(`offpay/${kind}`, payload, key, SIGNED[kind] ? kid : undefined);
    const read = readSign1(kind, bytes);
    // What is no object of the kind is never asked for.
    if (read !== undefined) this.#seen.add(Notary.#entry(pointOf(key), read));
    return bytes;
  }
}
