// SPDX-License-Identifier: Apache-2.0
// Read-only types. A schema's output type is read-only wherever it is passed on.

/** Types without fields of their own to protect. Branded strings and numbers belong here, and so do functions. */
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
 * The same type, read-only at every depth: fields, lists and tuples. Mutable and read-only values both fit it, so a row of
 * the ledger can be an input or an answer without a copy.
 * @example DeepReadonly<{ lines: { gtin: string }[] }> // { readonly lines: readonly { readonly gtin: string }[] }
 */
export type DeepReadonly<Value> = Value extends Whole
  ? Value
  : Value extends object
    ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> }
    : Value;
