// SPDX-License-Identifier: Apache-2.0
// What all readers have in common who judge what they are shown: the rules of the specification, written down once more, over a
// table of who signed what. Nothing here calculates a signature, and nothing knows what was changed.
import { BANK } from '@fabric-offline-pay/testing';
import { ISSUER } from '../../support/offline-world.js';
import {
  isNonceOf,
  readSign1,
  sha256,
  type Content,
  type Sign1,
  type SignedKind,
  type Value,
  numberOf,
  bytesOf,
} from './reading.js';
import { ISSUER_POINT, type MutatedWorld } from './world.js';

export const REFUSED = 'refused';

export const KID = Buffer.from(ISSUER.kid, 'hex');

const bigintAsText = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? `${value}n` : value;

export const textOf = (value: Value | undefined): string | undefined =>
  JSON.stringify(value, bigintAsText);

export const isSame = (one: Value | undefined, other: Value | undefined): boolean =>
  textOf(one) === textOf(other);

export const equals = (one: Value | undefined, other: Uint8Array): boolean =>
  Buffer.isBuffer(one) && one.equals(other);

export const isBetween = (value: Value | undefined, from: number, to: number): boolean =>
  typeof value === 'bigint' && value >= BigInt(from) && value <= BigInt(to);

/** What the device said it had spent before must be possible, and the hash the request's. */
export function answers({ content }: Sign1, request: Buffer, { amount }: Content): boolean {
  const before = numberOf(content['cumulative']) - numberOf(amount);
  const counter = numberOf(content['counter']);
  const isPossible = counter === 1n ? before === 0n : before >= counter - 1n;
  return isPossible && equals(content['requestHash'], sha256(request));
}

type Complete<Parts> = { readonly [Name in keyof Parts]: NonNullable<Parts[Name]> };

/** @returns whether every one could be read. */
export const isComplete = <Parts extends Readonly<Record<string, Sign1 | undefined>>>(
  parts: Parts,
): parts is Parts & Complete<Parts> => !Object.values(parts).includes(undefined);

/** A reader that decides by signatures. */
export class Judge {
  readonly world: MutatedWorld;

  constructor(world: MutatedWorld) {
    this.world = world;
  }

  get now(): number {
    return this.world.clock.seconds;
  }

  isBy(point: Value | undefined, object: Sign1): boolean {
    return Buffer.isBuffer(point) && this.world.notary.isBy(point, object);
  }

  /** The certified key made the request and signed it, before its certificate ran out. */
  isAskedBy({ terminalKey, validUntil }: Content, request: Sign1): boolean {
    const { nonce, createdAt } = request.content;
    return (
      this.isBy(terminalKey, request) &&
      isNonceOf(bytesOf(nonce), bytesOf(terminalKey)) &&
      numberOf(createdAt) <= numberOf(validUntil)
    );
  }

  /** Signed by the one issuer that everybody trusts, for its own bank. */
  isIssued(object: Sign1): boolean {
    const isOfBank = object.content['bankId'] === BANK && equals(object.kid, KID);
    return isOfBank && this.isBy(ISSUER_POINT, object);
  }

  issued(kind: SignedKind, bytes: Buffer): Sign1 | undefined {
    const object = readSign1(kind, bytes);
    return object !== undefined && this.isIssued(object) ? object : undefined;
  }

  /** Under a certificate of the bank, by its device. */
  isVoucherOf({ content, digest }: Sign1, voucher: Sign1): boolean {
    return (
      this.isBy(content['deviceKey'], voucher) &&
      equals(voucher.content['certificateDigest'], digest)
    );
  }
}
