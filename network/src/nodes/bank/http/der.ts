// SPDX-License-Identifier: Apache-2.0
// As much of DER (ITU-T X.690) and X.509 (RFC 5280) as it takes to read what Node does not show.

export interface Element {
  readonly tag: number;
  readonly body: Buffer;
  /** Tag, length and body. */
  readonly whole: Buffer;
}

/** `[3] EXPLICIT Extensions` of a TBSCertificate. */
const EXTENSIONS = 0xa3;

const SHORT_LENGTH = 0x80;

/** @returns length of the body, and where the body begins. */
function lengthAt(
  bytes: Buffer,
  offset: number,
): { readonly length: number; readonly start: number } {
  const first = bytes.readUInt8(offset);
  if (first < SHORT_LENGTH) return { length: first, start: offset + 1 };
  const size = first - SHORT_LENGTH;
  return { length: bytes.readUIntBE(offset + 1, size), start: offset + 1 + size };
}

/** @returns the elements that stand one after the other. @throws {RangeError} when the bytes are no DER. */
export function elements(bytes: Buffer): Element[] {
  const found: Element[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const { length, start } = lengthAt(bytes, offset + 1);
    const end = start + length;
    if (end > bytes.length) throw new RangeError('An element is longer than what holds it.');
    const [body, whole] = [bytes.subarray(start, end), bytes.subarray(offset, end)];
    found.push({ tag: bytes.readUInt8(offset), body, whole });
    offset = end;
  }
  return found;
}

/** @returns the elements inside one; none of an element that is absent. */
export const inside = (element: Element | undefined): Element[] =>
  element === undefined ? [] : elements(element.body);

/**
 * @param certificate DER of an X.509 certificate whose signature was checked.
 * @param oid the extension's object identifier, encoded, hex.
 * @returns the extension's value, or undefined when the certificate has none.
 * @throws {RangeError} when the bytes are no DER.
 */
export function certificateExtension(certificate: Buffer, oid: string): Buffer | undefined {
  const [signed] = inside(elements(certificate)[0]);
  const wrapper = inside(signed).find(({ tag }) => tag === EXTENSIONS);
  const [list] = inside(wrapper);
  const extension = inside(list)
    .map(inside)
    .find(([id]) => id?.body.toString('hex') === oid);
  return extension?.at(-1)?.body;
}
