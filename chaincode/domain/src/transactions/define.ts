// SPDX-License-Identifier: Apache-2.0
// What a transaction is, as data. Everything that knows transactions (chaincode, SDK, tests, documents) reads the table.
import type * as z from 'zod';
import type { ErrorCode } from '../base/errors.js';
import type { Role } from '../ledger/rows.js';
import type { UnitId } from '../patent/units.js';

/** The role attributes of client certificates, issued by the organisation's own CA. */
export const ATTRIBUTES = [
  'teller',
  'auth-service',
  'bank-node',
  'cashier',
  'terminal',
  'dispatcher',
  'courier',
  'auditor',
  'operator',
] as const;

export type Attribute = (typeof ATTRIBUTES)[number];

/** Who may call: organisation role (from the registry on the ledger) and certificate attribute; `any` member for queries. */
export type Access = 'any' | `${Role}.${Attribute}` | `*.${Attribute}`;

/**
 * Whose object it is. The certificate's `actor` attribute must equal the owner.
 * `input`: a field of the input names the owner. `customer`, `login`, `order`, `basket`, `quote`: the row that the input names has an owner,
 * which for `order` and `basket` is the one of the caller's own role (its bank, merchant or logistics company);
 * of a `payee` it is the bank that licensed the merchant, or pays the logistics company out.
 */
export type Ownership =
  | { readonly of: 'network' }
  | { readonly of: 'input'; readonly field: string }
  | { readonly of: 'customer' | 'login' | 'order' | 'basket' | 'quote' | 'payee' };

/** State operations of one call: reads and writes together, plus so many a line of the order or an entry of a batch. */
export interface Operations {
  readonly fixed: number;
  readonly perEntry?: number;
}

/** Submitted to the ordering service, or only asked of one's own peer. */
export type Kind = 'submit' | 'evaluate';

export interface Transaction<
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
  K extends Kind = Kind,
> {
  readonly kind: K;
  /** Units of the patent that it carries out. */
  readonly units: readonly UnitId[];
  readonly summary: string;
  readonly access: readonly Access[];
  readonly owner: Ownership;
  /** Runs before there is a registry to look the caller up in. */
  readonly beforeRegistry?: true;
  readonly input: Input;
  readonly output: Output;
  /** Private input, which never stands in a block. */
  readonly transient?: z.ZodType;
  /** Organisations (by role) that must endorse it, where private data limits them. */
  readonly endorsers?: readonly Role[];
  /** Fields that make its natural key: same key and content answers `replayed`, other content is a conflict. */
  readonly naturalKey: readonly string[];
  /** Refusals that its handler can answer, beyond those of every call (`commonRefusals`). A test reads the source for them. */
  readonly errors: readonly ErrorCode[];
  readonly operations: Operations;
  /** Several calls may travel as one transaction. Its handler writes no private data, which could not be taken back. */
  readonly batch?: true;
  /** A real input, for documents and tests. */
  readonly example: z.input<Input>;
  /** Private input that belongs to the example. */
  readonly transientExample?: unknown;
}

/** Keeps the schemas' types while checking the shape. */
export const define = <Input extends z.ZodType, Output extends z.ZodType>(
  transaction: Transaction<Input, Output, 'submit'>,
): Transaction<Input, Output, 'submit'> => transaction;

const NETWORK: Ownership = { of: 'network' };

/** A query that every member of the network may ask of its own peer. */
export const query = <Input extends z.ZodType, Output extends z.ZodType>(
  entry: Pick<Transaction<Input, Output>, 'summary' | 'input' | 'output' | 'example'> &
    Partial<Pick<Transaction<Input, Output>, 'access' | 'endorsers' | 'errors' | 'owner'>>,
): Transaction<Input, Output, 'evaluate'> => ({
  kind: 'evaluate',
  units: [],
  access: ['any'],
  owner: NETWORK,
  naturalKey: [],
  errors: [],
  operations: { fixed: 2 },
  ...entry,
});
