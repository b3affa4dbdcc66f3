// SPDX-License-Identifier: Apache-2.0
// The few elements of DER (ITU-T X.690) that have to be written again where Fabric knows one form of a signature only.

export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const SEQUENCE = 0x30;

/** @returns the number's bytes, the highest first */
function bytesOf(number: bigint): Buffer {
  const digits = number.toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
}

function lengthOf(size: number): Buffer {
  const bytes = bytesOf(BigInt(size));
  return size < 0x80 ? bytes : Buffer.concat([Buffer.from([0x80 + bytes.length]), bytes]);
}

/** @param tag identifier octet */
export function derElement(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body]);
}

/** @param number not negative */
export function derInteger(number: bigint): Buffer {
  const bytes = bytesOf(number);
  return derElement(INTEGER, Buffer.from(bytes.readUInt8(0) >= 0x80 ? [0] : []), bytes);
}

/** An ECDSA signature (RFC 3279, section 2.2.3). */
export const derSignature = ({ r, s }: { readonly r: bigint; readonly s: bigint }): Buffer =>
  derElement(SEQUENCE, derInteger(r), derInteger(s));
