// SPDX-License-Identifier: Apache-2.0
// Signatures as Fabric's members make them: ECDSA over SHA-256 on P-256 or P-384, in DER, with low S only.
import { verify, type KeyObject } from 'node:crypto';
import { derElements } from '@fabric-offline-pay/domain';
import { derSignature, INTEGER, SEQUENCE } from './der-writer.js';

/** The orders of the curves, by the name that Node.js gives them: NIST SP 800-186, sections 3.2.1.3 and 3.2.1.4. */
const ORDERS: Readonly<Record<string, bigint>> = {
  prime256v1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  secp384r1:
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
};

/** The two numbers of an ECDSA signature. */
export interface SignatureNumbers {
  readonly r: bigint;
  readonly s: bigint;
}

/** Fabric does not look at what follows an element, so the element is cut out first. @throws {RangeError} when there is none. */
function leadingElement(bytes: Buffer, tag: number): Buffer {
  const first = bytes.readUInt8(1);
  const size = first < 0x80 ? 0 : first - 0x80;
  const length = size === 0 ? first : bytes.readUIntBE(2, Math.min(size, 4));
  const [element] = derElements(bytes.subarray(0, 2 + size + length));
  if (element?.tag !== tag) throw new RangeError('This is another element.');
  return element.whole;
}

const bodyOf = (element: Buffer): Buffer => derElements(element)[0]?.body ?? Buffer.alloc(0);

/** @throws {RangeError} for zero, a negative number, and a number that is not in its shortest form. */
function positive(element: Buffer): bigint {
  const body = bodyOf(element);
  const isLong = body.length > 1 && body[0] === 0 && body.readUInt8(1) < 0x80;
  if (body.length === 0 || body.readUInt8(0) >= 0x80 || isLong)
    throw new RangeError('This is no positive number.');
  const number = BigInt(`0x${body.toString('hex')}`);
  if (number === 0n) throw new RangeError('A signature has no zero.');
  return number;
}

/**
 * Mirrors `UnmarshalECDSASignature` of Fabric's bccsp/utils: what follows the numbers does not count.
 * @returns undefined for what is no signature
 */
export function signatureNumbers(signature: Uint8Array): SignatureNumbers | undefined {
  try {
    const inside = bodyOf(leadingElement(Buffer.from(signature), SEQUENCE));
    const first = leadingElement(inside, INTEGER);
    const second = leadingElement(inside.subarray(first.length), INTEGER);
    return { r: positive(first), s: positive(second) };
  } catch {
    return undefined;
  }
}

/** Node.js works out the details of a key anew for each question, and a few keys sign nearly everything. */
const remembered = new WeakMap<KeyObject, { readonly order: bigint | undefined }>();

function orderOf(key: KeyObject): bigint | undefined {
  const known = remembered.get(key);
  if (known !== undefined) return known.order;
  const order = ORDERS[key.asymmetricKeyDetails?.namedCurve ?? ''];
  remembered.set(key, { order });
  return order;
}

/** Whether this auditor can check what the key signed. */
export const isKnownKey = (key: KeyObject): boolean => orderOf(key) !== undefined;

/**
 * Mirrors `ToLowS` of Fabric's bccsp/utils.
 * @returns the one of the two equally valid forms of a signature that Fabric takes; undefined for a key of another kind
 */
export function withLowS({ r, s }: SignatureNumbers, key: KeyObject): SignatureNumbers | undefined {
  const order = orderOf(key);
  if (order === undefined) return undefined;
  return { r, s: s > order / 2n ? order - s : s };
}

/** @returns the numbers in the one form that OpenSSL takes; undefined for numbers that no key of the curve makes for Fabric */
function strictForm(numbers: SignatureNumbers, order: bigint): Buffer | undefined {
  const isPossible = numbers.r < order && numbers.s <= order / 2n;
  return isPossible ? derSignature(numbers) : undefined;
}

/**
 * Whether the key signed the message; mirrors `verifyECDSA` of Fabric's bccsp/sw. The work is done on Node's thread pool, so
 * callers ask for many at once.
 * @param signature ECDSA in DER
 * @returns false for whatever is no signature, too, and for one with a high S
 */
export async function verifySignature(
  publicKey: KeyObject,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const order = orderOf(publicKey);
  const numbers = signatureNumbers(signature);
  const strict = order === undefined ? undefined : numbers && strictForm(numbers, order);
  if (strict === undefined) return false;
  return new Promise((resolve) => {
    verify('sha256', message, publicKey, strict, (error, isValid) => {
      resolve(error === null && isValid);
    });
  });
}
