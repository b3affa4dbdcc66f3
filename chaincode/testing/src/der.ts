// SPDX-License-Identifier: Apache-2.0
// A writer for the few ASN.1 DER types that a certificate needs (ITU-T X.690).

function length(size: number): Buffer {
  if (size < 0x80) return Buffer.from([size]);
  if (size < 0x100) return Buffer.from([0x81, size]);
  return Buffer.from([0x82, size >> 8, size & 0xff]);
}

/** Any value: `tag` is the identifier octet; contents up to 65,535 bytes. */
export function tagged(tag: number, ...contents: Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), length(body.length), body]);
}

export function sequence(...contents: Uint8Array[]): Buffer {
  return tagged(0x30, ...contents);
}

export function setOf(...contents: Uint8Array[]): Buffer {
  return tagged(0x31, ...contents);
}

/** A non-negative integer from its big-endian bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const needsSign = (bytes[0] ?? 0) >= 0x80;
  return tagged(0x02, Buffer.from(needsSign ? [0] : []), bytes);
}

export function octetString(contents: Uint8Array): Buffer {
  return tagged(0x04, contents);
}

export function bitString(contents: Uint8Array): Buffer {
  return tagged(0x03, Buffer.from([0]), contents);
}

export function utf8String(text: string): Buffer {
  return tagged(0x0c, Buffer.from(text));
}

/** GeneralizedTime in UTC, to the second. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().slice(0, 19).replace(/[-T:]/g, '');
  return tagged(0x18, Buffer.from(`${digits}Z`));
}

function base128(value: number): number[] {
  const octets = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) octets.unshift((rest & 0x7f) | 0x80);
  return octets;
}

/** From dotted notation, such as `2.5.4.3`. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...arcs] = dotted.split('.').map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...arcs.flatMap(base128)]));
}
