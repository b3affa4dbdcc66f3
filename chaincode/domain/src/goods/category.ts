// SPDX-License-Identifier: Apache-2.0
// Categories follow UNSPSC: segment, family, class, commodity, two digits each; trailing 00 pairs mean "everything below".

/** Codes from the most general to the exact one: `43211503` → `43000000`, `43210000`, `43211500`, `43211503`. */
const levels = (code: string): string[] =>
  [2, 4, 6, 8].map((digits) => code.slice(0, digits).padEnd(8, '0'));

/** @returns whether an allowed code covers the code: equal, or a segment, family or class above it. */
export const categoryCovers = (allowed: string, code: string): boolean =>
  levels(code).includes(allowed);

/** @returns whether one of the allowed codes covers the code. */
export function isCategoryAllowed(allowed: readonly string[], code: string): boolean {
  const covering = levels(code);
  return allowed.some((entry) => covering.includes(entry));
}

/** @returns whether each of the codes is covered by one of the allowed codes. */
export function areCategoriesAllowed(
  allowed: readonly string[],
  codes: readonly string[],
): boolean {
  const known = new Set(allowed);
  return codes.every((code) => levels(code).some((level) => known.has(level)));
}
