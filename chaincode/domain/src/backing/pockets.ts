// SPDX-License-Identifier: Apache-2.0
// Whose money each row of the ledger holds. A pocket is a place that holds money of somebody: an account, an order, a reserve, a
// credit entry, a checkpoint. An order's terms and its own row are one pocket, because the row takes over what the terms held.
import type { Currency, Sum } from '../base/money.js';
import { ROWS, type RowKind, type RowValue } from '../ledger/row-keys.js';
import { isPlaced } from '../ledger/rows.js';
import { standing } from '../offline/reserve.js';
import type { MoneyKind } from '../settlement/conservation.js';
import { standing as standingOn } from '../settlement/hold.js';

/** Who holds money on the ledger: a bank's customers, and the merchants and logistics companies that a bank pays. */
export type HolderKind = 'customer' | 'payee';

/** Money of one holder in one currency, in one pocket. */
export interface HeldMoney {
  readonly kind: HolderKind;
  /** The customer's pseudonym, or the payee's id. */
  readonly id: string;
  /** The bank that owes it. Null for a payee's: the bank that pays the payee, which no row with money names. */
  readonly bankId: string | null;
  readonly currency: Currency;
  /** Minor units, above zero. */
  readonly amount: Sum;
}

/** The kinds of rows that hold money of somebody. */
type HoldingKind = Exclude<MoneyKind, 'supply'>;

/** What a pocket holds now, as one row says it. */
export interface Pocket {
  /** The row's key; for an order that of its own row. */
  readonly name: string;
  readonly source: HoldingKind;
  /** Empty when the row is gone, or holds nothing any more. */
  readonly holds: readonly HeldMoney[];
}

type Holding<Kind extends HoldingKind> = (
  row: RowValue<Kind>,
  parts: readonly string[],
) => readonly HeldMoney[] | undefined;

type Owner = Readonly<Record<'customerId' | 'bankId', string>>;

const ofCustomer = ({ customerId, bankId }: Owner, currency: Currency, amount: Sum): HeldMoney => ({
  kind: 'customer',
  id: customerId,
  bankId,
  currency,
  amount,
});

const ofPayee = (id: string, currency: Currency, amount: Sum): HeldMoney => ({
  kind: 'payee',
  id,
  bankId: null,
  currency,
  amount,
});

/**
 * Whose the money of a row is. What stands on a hold is the customer's until it is credited, also when it is captured: until
 * then it goes back if nobody delivers. What stands in a reserve is the customer's until a voucher is settled: until then no
 * one but the device and a terminal know of the payment. Undefined: the row says nothing of its pocket.
 */
const HOLDINGS: { readonly [Kind in HoldingKind]: Holding<Kind> } = {
  account: (row) =>
    Object.entries(row.money).map(([currency, { available }]) =>
      ofCustomer(row, currency, available),
    ),
  terms: (row) => {
    if (!isPlaced(row) || row.release === null) return undefined;
    const { customerId, currency, total } = row.terms;
    return [ofCustomer({ customerId, bankId: row.bankId }, currency, total)];
  },
  order: (row) =>
    row.hold === null ? [] : [ofCustomer(row, row.hold.currency, standingOn(row.hold))],
  reserve: (row) => [ofCustomer(row, row.currency, standing(row))],
  credit: ({ amount }, [payeeId = '', currency = '']) => [ofPayee(payeeId, currency, amount)],
  checkpoint: ({ payeeId, currency, balance }) => [ofPayee(payeeId, currency, balance)],
};

const isHolding = (kind: string): kind is HoldingKind => Object.hasOwn(HOLDINGS, kind);

const nameOf = (
  kind: HoldingKind,
  key: string,
  [merchantId = '', orderNumber = '']: readonly string[],
): string => (kind === 'terms' ? ROWS.order.key(merchantId, orderNumber) : key);

const NOT_NOTHING = ({ amount }: HeldMoney): boolean => amount !== '0';

/** What is in the pocket of a row that is gone. Terms are never removed. */
const emptied = (kind: HoldingKind): readonly HeldMoney[] | undefined =>
  kind === 'terms' ? undefined : [];

/**
 * @param key of the row on the ledger
 * @param row its content; null when it was removed
 * @returns the pocket, or undefined for a row that says nothing of anybody's money
 * @throws {DomainError} INPUT_INVALID for amounts that are none: no contract writes them
 */
export function pocketOf(key: string, row: unknown): Pocket | undefined {
  const [kind = '', ...parts] = key.split('/');
  if (!isHolding(kind)) return undefined;
  const holding = HOLDINGS[kind] as Holding<HoldingKind>;
  const holds = row === null ? emptied(kind) : holding(row as never, parts);
  return (
    holds && { name: nameOf(kind, key, parts), source: kind, holds: holds.filter(NOT_NOTHING) }
  );
}

/** Whether what is known of a pocket stands: an order's own row, once there is one, counts instead of its terms. */
export const outranks = (known: Pick<Pocket, 'source'> | undefined, next: Pocket): boolean =>
  known?.source === 'order' && next.source === 'terms';

/** A payee, and the bank that pays it. */
export type PayeeBank = readonly [payeeId: string, bankId: string];

type BankNaming = Extract<RowKind, 'merchant' | 'registry'>;

const BANKS: {
  readonly [Kind in BankNaming]: (row: RowValue<Kind>) => readonly PayeeBank[];
} = {
  merchant: ({ merchantId, bankId }) => [[merchantId, bankId]],
  registry: ({ participants }) =>
    participants.flatMap(({ role, actor, bankId }): PayeeBank[] =>
      role === 'logistics' && bankId !== null ? [[actor, bankId]] : [],
    ),
};

/** @returns the banks that a row names for payees: a merchant's licence, and the registry for logistics companies */
export function payeeBanksIn(key: string, row: unknown): readonly PayeeBank[] {
  const kind = key.split('/')[0] ?? '';
  return row === null || !Object.hasOwn(BANKS, kind) ? [] : BANKS[kind as BankNaming](row as never);
}
