// SPDX-License-Identifier: Apache-2.0
// Values that nobody changes: what a schema's type is where it is passed on.

/** What has no fields of its own to protect. A string or number that is branded is one of them, as is a function. */
type Whole =
  | string
  | number
  | bigint
  | boolean
  | symbol
  | null
  | undefined
  | Uint8Array
  | ((...parameters: never[]) => unknown);

/**
 * The same value for reading only, all the way down: fields, lists and tuples. Plain values and read-only ones fit it
 * alike, so that a row of the ledger is an input or an answer without a copy.
 * @example DeepReadonly<{ lines: { gtin: string }[] }> // { readonly lines: readonly { readonly gtin: string }[] }
 */
export type DeepReadonly<Value> = Value extends Whole
  ? Value
  : Value extends object
    ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> }
    : Value;
