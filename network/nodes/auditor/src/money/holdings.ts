// SPDX-License-Identifier: Apache-2.0
// Which rows hold money, whose, and with which sign: the auditor's own reading of docs/ledger.md.
import type { Row } from '../rows/read-row.js';
import type { Kind, Value } from '../rows/row-kinds.js';

/** Where money is on the ledger, and the two sides of what banks made. */
export const PARTS = {
  /** Issued, or made to bear a loss. */
  made: -1n,
  /** Redeemed, withdrawn, or recovered. */
  takenBack: 1n,
  /** On customers' accounts. */
  available: 1n,
  /** On the holds of orders. */
  held: 1n,
  /** Set aside for devices. */
  reserves: 1n,
  /** Payees' credit entries. */
  credits: 1n,
  /** Payees' balances. */
  checkpoints: 1n,
} as const;

/** A part of the money; the sum of all parts, each with its sign in {@link PARTS}, is zero. */
export type Part = keyof typeof PARTS;

/** Money in one row. */
export interface Holding {
  readonly currency: string;
  /** The bank whose customers' money it is, or which made it. Null: a payee's, see {@link NO_BANK}. */
  readonly bank: string | null;
  readonly part: Part;
  /** Minor units. Below zero where a row says how much less of the part there is than another row says. */
  readonly units: bigint;
}

/**
 * In place of a bank, for payees' money.
 *
 * A payee's balance is one sum of payments by customers of every bank, so no row says which bank made which part of it. Nor does
 * the payee's own bank follow from credit or checkpoint: it stands in another row (`merchant`, `registry`), and it may change.
 * So per bank it is proven what the bank made and took back, and what its customers have; and that without a payee no money
 * passes from bank to bank. That all banks together made what all customers and payees have is proven per currency.
 */
export const NO_BANK = '';

/** How money appears and vanishes, and whose row changes with it; null: of nobody, since it comes from the same bank's reserve. */
export const SUPPLY_KINDS = {
  issue: { part: 'made', holder: 'account' },
  compensate: { part: 'made', holder: 'credit' },
  bear: { part: 'made', holder: 'account' },
  redeem: { part: 'takenBack', holder: 'checkpoint' },
  withdraw: { part: 'takenBack', holder: 'account' },
  recover: { part: 'takenBack', holder: null },
} as const satisfies Readonly<
  Record<
    Value<'supply'>['kind'],
    {
      readonly part: 'made' | 'takenBack';
      readonly holder: 'account' | 'credit' | 'checkpoint' | null;
    }
  >
>;

type RowOf<Of extends Kind> = Extract<Row, { readonly kind: Of }>;
type Holds<Of extends Kind> = (row: RowOf<Of>) => readonly Holding[];

/** Given back, credited, or refunded from the hold. */
const gone = ({ voided, released, refundedHeld }: NonNullable<Value<'order'>['hold']>): bigint =>
  BigInt(voided) + BigInt(released) + BigInt(refundedHeld);

function heldByOrder({ value }: RowOf<'order'>): readonly Holding[] {
  const { hold, mode, bankId: bank } = value;
  if (hold === null) return [];
  // The terms of an express order hold its total as long as they stand. Its own row says how much of it is gone.
  const authorised = mode === 'express' ? 0n : BigInt(hold.authorised);
  return [{ currency: hold.currency, bank, part: 'held', units: authorised - gone(hold) }];
}

function heldByTerms({ value }: RowOf<'terms'>): readonly Holding[] {
  if (!('terms' in value) || value.release === null) return [];
  const { currency, total } = value.terms;
  return [{ currency, bank: value.bankId, part: 'held', units: BigInt(total) }];
}

const HOLDINGS = {
  supply: ({ value: { kind, currency, amount }, parts: [bank = ''] }) => [
    { currency, bank, part: SUPPLY_KINDS[kind].part, units: BigInt(amount) },
  ],
  account: ({ value: { bankId: bank, money } }) =>
    Object.entries(money).map(([currency, { available }]) => ({
      ...({ currency, bank, part: 'available' } as const),
      units: BigInt(available),
    })),
  terms: heldByTerms,
  order: heldByOrder,
  reserve: ({ value: { currency, bankId: bank, funded, settled, returned } }) => [
    {
      ...({ currency, bank, part: 'reserves' } as const),
      units: BigInt(funded) - BigInt(settled) - BigInt(returned),
    },
  ],
  credit: ({ value: { amount }, parts: [, currency = ''] }) => [
    { currency, bank: null, part: 'credits', units: BigInt(amount) },
  ],
  checkpoint: ({ value: { currency, balance } }) => [
    { currency, bank: null, part: 'checkpoints', units: BigInt(balance) },
  ],
} as const satisfies { readonly [Of in Kind]?: Holds<Of> };

/** Kinds of rows that hold money. */
type MoneyKind = keyof typeof HOLDINGS;

/** @returns whether rows of the kind hold money, or say how much there should be */
export const holdsMoney = (kind: Kind): kind is MoneyKind => Object.hasOwn(HOLDINGS, kind);

/** @returns the money that a row holds, or that it says a bank made; nothing for any other kind */
export const holdingsOf = (row: Row): readonly Holding[] =>
  holdsMoney(row.kind) ? (HOLDINGS[row.kind] as (row: Row) => readonly Holding[])(row) : [];
