// SPDX-License-Identifier: Apache-2.0
// What a test knows to be there: given with its type, or the test ends with what is missing.

/** @throws when there is none; `what` names it */
export function defined<Value>(value: Value, what: string): NonNullable<Value> {
  if (value === undefined || value === null) throw new Error(`there is no ${what}`);
  return value;
}

/** @throws when the list has no such item */
export function itemAt<Item>(list: ArrayLike<Item>, index: number): NonNullable<Item> {
  return list[index] ?? defined(list[index], `item ${index} of ${list.length}`);
}

/** The first such item. @throws when there is none */
export const itemWhere = <Item>(
  list: readonly Item[],
  isMeant: (item: Item) => boolean,
): NonNullable<Item> => defined(list.find(isMeant), `such item among ${list.length}`);

/** @throws when nothing is kept under the key */
export const valueFor = <Key extends string | number, Value>(
  map: ReadonlyMap<Key, Value>,
  key: Key,
): NonNullable<Value> => defined(map.get(key), `value for ${key}`);

/** @throws when the list is empty */
export const firstOf = <Item>(list: ArrayLike<Item>): NonNullable<Item> => itemAt(list, 0);

/** @throws when the list is empty */
export const lastOf = <Item>(list: ArrayLike<Item>): NonNullable<Item> =>
  itemAt(list, list.length - 1);

/** Numbers choose round. @throws when the list is empty */
export const itemRound = <Item>(list: ArrayLike<Item>, index: number): NonNullable<Item> =>
  itemAt(list, index % list.length);

/** A list of so many. */
export type Tuple<
  Item,
  Count extends number,
  Before extends readonly Item[] = [],
> = Before['length'] extends Count ? Before : Tuple<Item, Count, readonly [...Before, Item]>;

const isOf = <Item, Count extends number>(
  list: unknown,
  count: Count,
): list is Tuple<Item, Count> => Array.isArray(list) && list.length === count;

/** The first ones, for a pattern that names them. @throws when the list has fewer */
export function leading<Item, Count extends number>(
  list: ArrayLike<Item>,
  count: Count,
): Tuple<NonNullable<Item>, Count> {
  const found: unknown = Array.from({ length: count }, (_, index) => itemAt(list, index));
  if (!isOf<NonNullable<Item>, Count>(found, count)) throw new Error(`${count} is no length`);
  return found;
}
