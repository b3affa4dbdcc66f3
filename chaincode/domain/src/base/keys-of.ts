// SPDX-License-Identifier: Apache-2.0
// The keys of an object with their type. Only for objects that have no other keys than their type says: tables and rows.

export const keysOf = <Fields extends object>(fields: Fields): (keyof Fields & string)[] =>
  Object.keys(fields) as (keyof Fields & string)[];
