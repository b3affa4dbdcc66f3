// SPDX-License-Identifier: Apache-2.0
// Settings of Fabric's programs as trees: the sample that comes with Fabric, merged with our changes.

/** The content of a YAML document. */
export type Settings = Readonly<Record<string, unknown>>;

/** A copy of `base` with the values of `changes`. Trees are merged; lists and scalars are replaced. */
export function mergeSettings(base: Settings, changes: Settings): Settings {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const before = merged[key];
    merged[key] = isTree(before) && isTree(value) ? mergeSettings(before, value) : value;
  }
  return merged;
}

/** True for a mapping, false for lists, scalars, null and undefined. */
export function isTree(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
