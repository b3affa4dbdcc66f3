// SPDX-License-Identifier: Apache-2.0
// The order of keys: as LevelDB orders their UTF-8 bytes, which for characters beyond U+FFFF is not JavaScript's order.

// UTF-16 puts surrogates (D800-DFFF) before E000-FFFF; UTF-8 puts the characters they encode after.
function rank(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

/** Negative, zero or positive, as the UTF-8 bytes of `a` come before, equal or come after those of `b`. */
export function compareKeys(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
