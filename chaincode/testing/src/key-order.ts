// SPDX-License-Identifier: Apache-2.0
// The order of keys. LevelDB orders keys by their UTF-8 bytes, which differs from JavaScript's order beyond U+FFFF.

// UTF-16 puts surrogates (D800-DFFF) before E000-FFFF; UTF-8 puts the characters they encode after.
function rank(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

/** @returns a number below, equal to or above 0, as `a` comes before, equals or comes after `b` by UTF-8 bytes. */
export function compareKeys(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
