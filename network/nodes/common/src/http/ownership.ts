// SPDX-License-Identifier: Apache-2.0
// Whose the things are that an operation's input names, as data: the documents say it, and the tests of ownership are made from it.
import type { Operation, Operations } from './operation.js';

/** A field that names a thing which belongs to somebody. */
export interface OwnedThing<Role extends string = string> {
  /** What is named, such as `order`. Several fields may name one thing together. */
  readonly thing: string;
  /**
   * Callers with these roles reach their own only: another's is answered like one that does not exist. All others work for their whole
   * organisation.
   */
  readonly ownOnlyFor: readonly Role[];
}

/** What a field of an input is: the name of a thing that somebody owns, or content, which nobody is kept from. */
export type FieldMeaning<Role extends string = string> = OwnedThing<Role> | 'content';

/** By the shapes: the input of an operation without fields has every key, to the compiler. */
type FieldsOf<Table extends Operations> = {
  [Name in keyof Table]: keyof Table[Name]['input']['shape'] & string;
}[keyof Table];

/** A meaning for each field that any operation of the table takes: a new field has none, and does not compile. */
export type FieldMeanings<Table extends Operations, Role extends string = string> = Readonly<
  Record<FieldsOf<Table>, FieldMeaning<Role>>
>;

/** A field of an operation that its callers with this role may fill with their own only. */
export interface Limit {
  readonly field: string;
  readonly thing: string;
  readonly role: string;
}

/** @returns what each role that may call an operation is limited to. */
export const limitsOf = (
  { input, roles }: Operation,
  meanings: Readonly<Record<string, FieldMeaning>>,
): readonly Limit[] =>
  Object.keys(input.shape).flatMap((field) => {
    const meaning = meanings[field];
    if (meaning === undefined || meaning === 'content') return [];
    const { thing, ownOnlyFor } = meaning;
    return roles
      .filter((role) => ownOnlyFor.includes(role))
      .map((role) => ({ field, thing, role }));
  });
