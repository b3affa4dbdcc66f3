// SPDX-License-Identifier: Apache-2.0
// What a transaction is, as data. Everything that knows transactions (chaincode, SDK, tests, documents) reads the table.
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
 * Whose object it is. The certificate's `actor` attribute must equal the owner.
 * `input`: a field of the input names the owner. `customer`, `login`, `order`, `basket`, `quote`: the row that the input names has an owner,
 * which for `order` and `basket` is the one of the caller's own role (its bank, merchant or logistics company);
 * of a `merchant` its bank; of a `payee` it is the bank that licensed the merchant, or pays the logistics company out.
 */
export type Ownership =
  | { readonly of: 'network' }
  | { readonly of: 'input'; readonly field: string }
  | { readonly of: 'customer' | 'login' | 'merchant' | 'order' | 'basket' | 'quote' | 'payee' };

/** What a call is about, in receipts' keys and events: `kind/field/field`. A field is a path into the input, or `@actor`, the caller. */
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

/** The actor of the certificate that calls, as a part of a key. */
export const CALLER = '@actor';

/** A receipt in a row that the call writes anyway, under the call's natural key. */
export interface ReceiptPlace {
  readonly row: 'quote' | 'terms' | 'order' | 'batch';
  readonly field: 'receipt' | 'settled';
  /** The call begins the row: one that stands there without this receipt was begun by another kind of call. */
  readonly begins?: true;
  /** Fields of the answer that the row holds anyway, under the same names: the receipt does not keep them again. */
  readonly answers?: readonly string[];
}

/**
 * How a repetition is told from a contradiction. The natural key is the subject's fields and those that stand `apart`.
 *
 * `receipt`: the first call leaves a receipt with the digest of its input and its answer. The same key and content again
 * get that answer, other content is IDEMPOTENCY_CONFLICT. `state`: the call says what shall be; where all is so already,
 * nothing is written. Both answer `replayed: true` then. `always`: does its work as often as it is called.
 */
export type Repetition =
  | { readonly by: 'receipt'; readonly apart?: readonly string[]; readonly in?: ReceiptPlace }
  | {
      readonly by: 'state';
      readonly apart?: readonly string[];
      /** The newest call that changed something leaves a receipt, for the trail. */
      readonly leavesReceipt?: true;
    }
  | { readonly by: 'always'; readonly apart?: readonly string[] };

export const ONCE: Repetition = { by: 'receipt' };
export const BY_STATE: Repetition = { by: 'state' };

/** One receipt a subject and these fields. */
export const onceFor = (...apart: string[]): Repetition => ({ by: 'receipt', apart });

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
  /** Null for a query. */
  readonly subject: Subject | null;
  /** Null for a query. */
  readonly repeat: Repetition | null;
  /** What of an input is content, where that is not all but `signature`: a signature proves content and is none. */
  readonly content?: (
    input: Readonly<Record<string, unknown>>,
  ) => Readonly<Record<string, unknown>>;
  /** The units that a call carried out, where that follows from its answer. Absent: all of `units`. */
  readonly unitsOf?: (output: Readonly<Record<string, unknown>>) => readonly UnitId[];
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

const subject =
  (kind: Subject['kind']) =>
  (...fields: string[]): Subject => ({ kind, fields });

/** Subjects by the fields that most inputs name them with. */
export const ABOUT = {
  network: subject('network')(),
  bank: subject('bank')('bankId'),
  /** The bank that calls. */
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

/** A query that every member of the network may ask of its own peer. */
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
