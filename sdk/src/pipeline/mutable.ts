// SPDX-License-Identifier: Apache-2.0
// The domain's values are read-only, the table's inputs are plain: the same JSON, another view of it.

type Mutable<Value> = Value extends object
  ? { -readonly [Key in keyof Value]: Mutable<Value[Key]> }
  : Value;

/** @returns the same value under the type that inputs have. */
export const toMutable = <Value extends object>(value: Value): Mutable<Value> =>
  value as Mutable<Value>;
