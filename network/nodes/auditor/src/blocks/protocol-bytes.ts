// SPDX-License-Identifier: Apache-2.0
// Writes the parts of protocol buffers for which the library has no class.

/** @param value a whole number from 0 on */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

/** A field that has a length; one without content is left out. */
export function field(number: number, content: Uint8Array): Buffer {
  if (content.length === 0) return Buffer.alloc(0);
  return Buffer.concat([varint((number << 3) | 2), varint(content.length), content]);
}
