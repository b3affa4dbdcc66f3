// SPDX-License-Identifier: Apache-2.0
// Transactions as data. Everything that works with transactions (chaincode, SDK, tests, documents) reads the table.
import type * as z from 'zod';
import type { ErrorCode } from '../base/errors.js';
import type { Role } from '../ledger/identity-shapes.js';
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

/** What a certificate may do: its attribute `role`. */
export type Attribute = (typeof ATTRIBUTES)[number];

/** Who may call: organisation role (from the registry on the ledger) and certificate attribute; `any` member for queries. */
export type Access = 'any' | `${Role}.${Attribute}` | `*.${Attribute}`;

/**
 * The owner of the object. The certificate's `actor` attribute must equal it. `input`: a field of the input names the owner.
 * `customer`, `login`, `order`, `basket`, `quote`: the row that the input names has an owner; for `order` and `basket` it is
 * the party of the caller's role (bank, merchant or logistics company). `merchant`: the merchant's bank. `payee`: the bank
 * that licensed the merchant or pays out the logistics company.
 */
export type Ownership =
  | { readonly of: 'network' }
  | { readonly of: 'input'; readonly field: string }
  | { readonly of: 'customer' | 'login' | 'merchant' | 'order' | 'basket' | 'quote' | 'payee' };

/**
 * The subject of a call, in receipts' keys and events: `kind/field/field`. A field is a path into the input, or `@actor`,
 * the caller.
 */
export interface Subject {
  readonly kind:
    | 'network'
    | 'bank'
    | 'customer'
    | 'device'
    | 'login'
    | 'merchant'
    | 'logistics'
    | 'order'
    | 'payee'
    | 'rated';
  readonly fields: readonly string[];
}

/** The actor of the caller's certificate, as a part of a key. */
export const CALLER = '@actor';

/** The place of a receipt in a row that the call writes anyway, under the call's natural key. */
export interface ReceiptPlace {
  readonly row: 'quote' | 'terms' | 'order' | 'batch';
  readonly field: 'receipt' | 'settled';
  /** The call creates the row. A row without this receipt was created by another kind of call. */
  readonly begins?: true;
  /** Fields of the answer that the row already has under the same names. The receipt does not repeat them. */
  readonly answers?: readonly string[];
}

/**
 * How a repetition is told apart from a contradiction. The natural key is the subject's fields plus the fields in `apart`.
 *
 * `receipt`: the first call writes a receipt with the digest of its input and its answer. The same key with the same content
 * gets that answer again; different content is IDEMPOTENCY_CONFLICT. `state`: the call says how the state must be, and
 * writes nothing when it is already so. Both then answer `replayed: true`. `always`: the call does its work every time.
 */
export type Repetition =
  | { readonly by: 'receipt'; readonly apart?: readonly string[]; readonly in?: ReceiptPlace }
  | {
      readonly by: 'state';
      readonly apart?: readonly string[];
      /** The last call that changed something has a receipt, for the trail. */
      readonly leavesReceipt?: true;
    }
  | { readonly by: 'always'; readonly apart?: readonly string[] };

export const ONCE: Repetition = { by: 'receipt' };
export const BY_STATE: Repetition = { by: 'state' };

/** One receipt per subject and these fields. */
export const onceFor = (...apart: string[]): Repetition => ({ by: 'receipt', apart });

/** State operations of one call, reads and writes together, plus a number per line of the order or entry of a batch. */
export interface Operations {
  readonly fixed: number;
  readonly perEntry?: number;
}

/** `submit` goes to the ordering service. `evaluate` only asks one's own peer. */
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
  /** Runs before there is a registry, so the caller cannot be looked up. */
  readonly beforeRegistry?: true;
  readonly input: Input;
  readonly output: Output;
  /** Private input, which never gets into a block. */
  readonly transient?: z.ZodType;
  /** Roles of the organisations that must endorse it, when private data limits them. */
  readonly endorsers?: readonly Role[];
  /** Null for a query. */
  readonly subject: Subject | null;
  /** Null for a query. */
  readonly repeat: Repetition | null;
  /** The content of an input, when it is not everything except `signature`. A signature proves content but is not content. */
  readonly content?: (
    input: Readonly<Record<string, unknown>>,
  ) => Readonly<Record<string, unknown>>;
  /** The units that a call carried out, when they depend on its answer. Absent: all of `units`. */
  readonly unitsOf?: (output: Readonly<Record<string, unknown>>) => readonly UnitId[];
  /** Refusals that its handler can answer, besides those of every call (`commonRefusals`). A test compares them with the source. */
  readonly errors: readonly ErrorCode[];
  readonly operations: Operations;
  /** Several calls may go into one transaction. Its handler must not write private data, because that cannot be taken back. */
  readonly batch?: true;
  /** A real input, for documents and tests. */
  readonly example: z.input<Input>;
  /** The private input of the example. */
  readonly transientExample?: unknown;
}

/** Checks the shape and keeps the schemas' types. */
export const define = <Input extends z.ZodType, Output extends z.ZodType>(
  transaction: Transaction<Input, Output, 'submit'>,
): Transaction<Input, Output, 'submit'> => transaction;

const subject =
  (kind: Subject['kind']) =>
  (...fields: string[]): Subject => ({ kind, fields });

/** Subjects, with the fields that most inputs have for them. */
export const ABOUT = {
  network: subject('network')(),
  bank: subject('bank')('bankId'),
  /** The calling bank. */
  ownBank: subject('bank')(CALLER),
  customer: subject('customer')('customerId'),
  device: subject('device')('customerId', 'deviceId'),
  reserve: subject('device')('customerId', 'deviceId', 'epoch'),
  login: subject('login')('loginId'),
  merchant: subject('merchant')('merchantId'),
  logistics: subject('logistics')('logisticsId'),
  order: subject('order')('merchantId', 'orderNumber'),
  orderOfTerms: subject('order')('terms.merchantId', 'terms.orderNumber'),
  orderOfBasket: subject('order')('basket.merchantId', 'basket.orderNumber'),
  payee: subject('payee')('payeeId'),
} as const;

const NETWORK: Ownership = { of: 'network' };

/** A query that every member of the network may ask its own peer. */
export const query = <Input extends z.ZodType, Output extends z.ZodType>(
  entry: Pick<Transaction<Input, Output>, 'summary' | 'input' | 'output' | 'example'> &
    Partial<Pick<Transaction<Input, Output>, 'access' | 'endorsers' | 'errors' | 'owner'>>,
): Transaction<Input, Output, 'evaluate'> => ({
  kind: 'evaluate',
  units: [],
  access: ['any'],
  owner: NETWORK,
  subject: null,
  repeat: null,
  errors: [],
  operations: { fixed: 2 },
  ...entry,
});

/** @returns the fields that make the natural key of a call. */
export const naturalKeyOf = ({
  subject,
  repeat,
}: Pick<Transaction, 'subject' | 'repeat'>): readonly string[] => [
  ...(subject?.fields ?? []),
  ...(repeat?.apart ?? []),
];
