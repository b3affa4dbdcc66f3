// SPDX-License-Identifier: Apache-2.0
// Texts that a database and canonical JSON can hold. U+0000 fits into no text of PostgreSQL, and a lone surrogate is no character: one
// encoder replaces it, another refuses it.

/** Where a value stands: names of fields and indexes. */
export type ValuePath = readonly (string | number)[];

const isStorable = (text: string): boolean => !/\p{Surrogate}/u.test(text) && !text.includes('\0');

/** @returns where a checked value holds a text, or the name of a field, that cannot be stored; undefined when there is none. */
export function unstorable(value: unknown, path: ValuePath = []): ValuePath | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    if (!isStorable(name)) return path;
    const found = unstorable(inner, [...path, name]);
    if (found !== undefined) return found;
  }
  return undefined;
}
