// SPDX-License-Identifier: Apache-2.0
// Every row on the ledger, by its fields. The shapes beside this file declare what rows share with inputs and answers.
import type { Amount, Currency, Sum } from '../base/money.js';
import type { Limits, Policy, ReleaseAt } from '../policy/policy.js';
import type { Courier } from './catalogue-shapes.js';
import type { CountedKind, ParticipantRow, ShownCustomer, ShownLogin } from './identity-shapes.js';
import type {
  Basket,
  OrderKey,
  OrderTerms,
  Party,
  Purchase,
  ShownOrder,
  ShownQuote,
  Statement,
} from './order-shapes.js';
import type { Receipt } from './receipt.js';

export type FactorKind = 'sms' | 'password';

/**
 * The participants, in order of their MSP ids, and the policy that all agreed on. They are one row because nearly every
 * transaction reads both.
 */
export interface RegistryRow {
  readonly participants: readonly ParticipantRow[];
  readonly policy: Policy;
  /** The longest time to spend that any earlier policy gave a device. Absent when there was no earlier policy. */
  readonly longestSpendSeconds?: number;
  /** How often votes changed the policy or a participant. What they never changed has no entry. */
  readonly revisions?: Readonly<Record<string, number>>;
}

/** The registry in its stored form. Every transaction reads it first, and so learns the version of the rows. */
export interface StoredRegistry extends RegistryRow {
  readonly version: number;
}

/** One organisation's vote for a proposal. It counts until an instant. */
export interface Vote {
  readonly mspId: string;
  readonly until: number;
}

/** The votes for one proposal. The next vote removes those that have expired. */
export interface VoteRow {
  readonly votes: readonly Vote[];
}

/** The first registry that an organisation confirmed last. It counts until there is a registry. */
export interface FoundingRow {
  readonly mspId: string;
  readonly digest: string;
}

/** A customer that a bank vouches for, under a pseudonym. */
export interface CustomerRow extends ShownCustomer {
  /** How often the customer was blocked. A block ends every login that began before it. */
  readonly blocks: number;
}

/** A customer's device with its public key. */
export interface DeviceRow {
  readonly customerId: string;
  readonly deviceId: string;
  readonly bankId: string;
  /** Base64 DER SubjectPublicKeyInfo, P-256. */
  readonly publicKey: string;
  readonly status: 'active' | 'revoked';
}

/** A login: the factors that it passed, and its end. */
export interface LoginRow extends ShownLogin {
  readonly bankId: string;
  readonly deviceId: string;
  /** The customer's number of blocks when the login began. */
  readonly blocks: number;
  readonly openedAt: number;
}

/** The bank's attestation that one factor passed. */
export interface FactorRow {
  readonly loginId: string;
  readonly factor: FactorKind;
  /** `login`, or the digest of the order that the factor is bound to. */
  readonly boundTo: string;
  readonly nonce: string;
  readonly at: number;
}

/** A `purchase` does not count. A `refund` takes back a counted success, and an `acquittal` a counted double spend. */
export type HistoryKind = CountedKind | 'purchase' | 'refund' | 'acquittal';

/** One entry of a customer's history. Unit 7 folds it into the reputation row. */
export interface HistoryRow {
  readonly kind: HistoryKind;
  readonly at: number;
  /** Unit 17 writes the purchase and the success in one row, and unit 7 moves the purchase to its own row. */
  readonly purchase?: PurchaseRow;
}

/** A logistics company's couriers, in order of their ids. They are one row because every quote needs them all. */
export interface FleetRow {
  readonly logisticsId: string;
  readonly couriers: readonly Courier[];
}

/** A basket. It stands where the terms will stand after the customer signs (stepwise only). */
export interface BasketRow {
  readonly basket: Basket;
  readonly bankId: string;
}

/** A logistics company's quote for a basket. */
export interface QuoteRow extends ShownQuote {
  readonly logisticsId: string;
  /** The categories that every quoted courier may carry. */
  readonly categories: readonly string[];
  /** The waybill's statement, when the quote is an express leg. A stepwise waybill has a row of its own. */
  readonly statement: StatedOtherwise | null;
  /** The receipt of the express leg that wrote this row. Receipts of stepwise units have rows of their own. */
  readonly receipt: Receipt | null;
}

/** The terms that a customer signed for an order. */
export interface TermsRow {
  readonly terms: OrderTerms;
  readonly bankId: string;
  readonly deviceId: string;
  readonly signature: string;
  readonly placedAt: number;
  /**
   * When the merchant gets the money, for an order whose total was held as it was placed. Null when the hold comes later, or
   * never.
   */
  readonly release: ReleaseAt | null;
  /** What the merchant claimed with its express leg; absent: all of it. */
  readonly claimed?: Amount;
  /** The other parties' statements, when express legs brought them. */
  readonly statements: Readonly<Record<Exclude<Party, 'customer'>, StatedOtherwise>> | null;
  /** The receipt of the express leg that wrote this row. */
  readonly receipt: Receipt | null;
}

/** Whether the customer has signed. Before that the row is a basket, and after that it is the terms. */
export const isPlaced = (row: BasketRow | TermsRow): row is TermsRow => 'terms' in row;

/**
 * The one row of an order that changes: its state and its money. It is not written before the first change, because until
 * then it follows from the basket or the terms.
 */
export interface OrderRow extends ShownOrder {
  /** The receipt of the bank's express leg, after that leg has run. */
  readonly settled: Receipt | null;
}

/** The fields of a statement that differ from the customer's statement or are missing there. Nearly always few. */
export type StatedOtherwise = Partial<Statement>;

/** A login that passed units 2 to 7, with what placing an order needs. */
export interface Session {
  readonly loginId: string;
  readonly deviceId: string;
  /** Base64 of the device's key as a compressed point. */
  readonly key: string;
  readonly until: number;
  readonly limits: Limits;
}

/** The sum of payments in one part of the limits' window, and the time of the last one. */
export interface Spending {
  readonly last: number;
  readonly amount: Amount;
}

/** A customer's money in one currency. */
export interface Money {
  readonly available: Amount;
  /** All payments by parts of the window, oldest first. */
  readonly spent: readonly Spending[];
  /** Only the orders since the last step-up, by parts of the window. */
  readonly sinceStepUp: readonly Spending[];
}

/**
 * Everything that placing an order needs to know about its customer, in the one row that placing writes anyway. Bank, status
 * and blocks are copies from the customer's row.
 */
export interface AccountRow {
  readonly customerId: string;
  readonly bankId: string;
  readonly status: CustomerRow['status'];
  readonly blocks: number;
  /** Oldest first. */
  readonly sessions: readonly Session[];
  readonly money: Readonly<Record<Currency, Money>>;
}

/** A card or mobile-payment account at the bank, as a token. It belongs to one customer. */
export interface InstrumentRow {
  readonly bankId: string;
  readonly token: string;
  readonly customerId: string;
  readonly kind: 'card' | 'mobile';
}

/** An issue that one teller proposed and another must confirm. */
export interface PendingIssueRow {
  readonly bankId: string;
  readonly currency: Currency;
  readonly issueId: string;
  readonly customerId: string;
  readonly token: string;
  readonly amount: Amount;
  /** SHA-256, in hex, of the proposer's name as the bank registered it. */
  readonly proposedBy: string;
  readonly until: number;
}

/** The only ways in which money appears and vanishes. */
export const SUPPLY = {
  issue: 'appears',
  /** The bank bears a double spend. */
  compensate: 'appears',
  /** The bank bears a payee's debt to a customer that is too old. */
  bear: 'appears',
  redeem: 'vanishes',
  withdraw: 'vanishes',
  /** The reserve of a device that spent twice returns what the bank bore. */
  recover: 'vanishes',
} as const;

/** How money appeared or vanished. */
export type SupplyKind = keyof typeof SUPPLY;

/** Money that a bank made or took back. */
export interface SupplyRow {
  readonly kind: SupplyKind;
  readonly currency: Currency;
  readonly amount: Amount;
  /** The account or payee that got or lost the money. */
  readonly account: string;
  readonly at: number;
}

/** Money that was credited to a payee for one order, in minor units. */
export interface CreditRow {
  readonly amount: Amount;
  readonly order: string;
}

/** A payee's debt to a customer, from a decision that the payee's balance could not pay. */
export interface Debt {
  readonly merchantId: string;
  readonly orderNumber: string;
  readonly customerId: string;
  readonly amount: Amount;
  readonly since: number;
}

/** A payee's balance, rolled up from its credit entries. */
export interface CheckpointRow {
  readonly payeeId: string;
  readonly currency: Currency;
  /** A sum of any length, because 18 digits would limit how much can be rolled up. */
  readonly balance: Sum;
  /** The money that open disputes may take. It cannot be spent. */
  readonly withheld: Sum;
  /** Oldest first. The next credits pay debts before anything else. */
  readonly debts: readonly Debt[];
}

/** A payee's request to its bank for a payout. Without it the bank redeems nothing. */
export interface PayoutRow {
  readonly payeeId: string;
  readonly currency: Currency;
  readonly redeemId: string;
  readonly amount: Amount;
  readonly at: number;
}

/** The pseudonymous receipt of a purchase (unit 17). */
export interface PurchaseRow extends Purchase {
  /** Present when a voucher paid. Absent for an online payment. */
  readonly mode?: 'offline';
  /** Present when most of the money went back to the customer. */
  readonly refunded?: true;
}

/** A customer's newest rating, until it is published. */
export interface RatingRow extends OrderKey {
  readonly customerId: string;
  readonly stars: number;
  readonly defect: boolean;
}

/** One epoch of a device. */
export interface ReserveKey {
  readonly customerId: string;
  readonly deviceId: string;
  readonly epoch: number;
}

/** An order's subject in receipt keys and events. */
export const orderSubject = (order: OrderKey): string =>
  `order/${order.merchantId}/${order.orderNumber}`;

/** A login's subject in receipt keys and events. */
export const loginSubject = (loginId: string): string => `login/${loginId}`;

/** Takes the place of a login id in an order that was paid without a network. No login has this id. */
export const OFFLINE_LOGIN = 'offline';

/** A device's subject in events. */
export const deviceSubject = (device: { customerId: string; deviceId: string }): string =>
  `device/${device.customerId}/${device.deviceId}`;

/** The name of the private data collection of `ROWS.address`. */
export const ADDRESS_COLLECTION = 'addresses';
