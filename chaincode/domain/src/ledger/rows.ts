// SPDX-License-Identifier: Apache-2.0
// Every row that stands on the ledger, by its fields. What rows have in common with inputs and answers is declared in the
// shapes beside this file.
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
 * Who takes part, and the rules that all agreed on: one row, because nearly every transaction reads both.
 * Participants in order of their MSP ids.
 */
export interface RegistryRow {
  readonly participants: readonly ParticipantRow[];
  readonly policy: Policy;
  /** The longest time to spend that any policy before this one gave a device; absent where there was none. */
  readonly longestSpendSeconds?: number;
  /** How often votes changed the policy, or a participant; what they never changed has no entry. */
  readonly revisions?: Readonly<Record<string, number>>;
}

/** The registry as it stands on the ledger: every transaction reads it first, and so learns of which version the rows are. */
export interface StoredRegistry extends RegistryRow {
  readonly version: number;
}

/** One organisation's voice for a proposal, which counts before an instant. */
export interface Vote {
  readonly mspId: string;
  readonly until: number;
}

/** The voices for one proposal; those that expired are dropped with the next one. */
export interface VoteRow {
  readonly votes: readonly Vote[];
}

/** Which first registry an organisation confirmed: its last word, until there is a registry. */
export interface FoundingRow {
  readonly mspId: string;
  readonly digest: string;
}

/** A customer that a bank vouches for, under a pseudonym. */
export interface CustomerRow extends ShownCustomer {
  /** How often the customer was blocked: a login that began before a block is over. */
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

/** A login: which factors it passed, and until when it counts. */
export interface LoginRow extends ShownLogin {
  readonly bankId: string;
  readonly deviceId: string;
  /** Of the customer when the login began. */
  readonly blocks: number;
  readonly openedAt: number;
}

/** The bank's attestation that one factor passed. */
export interface FactorRow {
  readonly loginId: string;
  readonly factor: FactorKind;
  /** `login`, or the digest of the order that it is bound to. */
  readonly boundTo: string;
  readonly nonce: string;
  readonly at: number;
}

/** A `purchase` counts nothing; a `refund` takes back a success, and an `acquittal` a double spend, that was counted. */
export type HistoryKind = CountedKind | 'purchase' | 'refund' | 'acquittal';

/** One entry of a customer's history, folded into the reputation row by unit 7. */
export interface HistoryRow {
  readonly kind: HistoryKind;
  readonly at: number;
  /** Unit 17 writes it with the success in one row, and unit 7 puts it where it stays. */
  readonly purchase?: PurchaseRow;
}

/** A logistics company's couriers in order of their ids: one row, because every quote needs them all. */
export interface FleetRow {
  readonly logisticsId: string;
  readonly couriers: readonly Courier[];
}

/** Stands where the terms will, once the customer signs (stepwise only). */
export interface BasketRow {
  readonly basket: Basket;
  readonly bankId: string;
}

/** What a logistics company quoted for a basket. */
export interface QuoteRow extends ShownQuote {
  readonly logisticsId: string;
  /** The categories that every courier quoted may carry. */
  readonly categories: readonly string[];
  /** The waybill's, when the quote is an express leg; stepwise it stands in a row of its own. */
  readonly statement: StatedOtherwise | null;
  /** Of the express leg that wrote this row; stepwise units leave theirs in rows of their own. */
  readonly receipt: Receipt | null;
}

/** What a customer signed for an order. */
export interface TermsRow {
  readonly terms: OrderTerms;
  readonly bankId: string;
  readonly deviceId: string;
  readonly signature: string;
  readonly placedAt: number;
  /** Placed with its total held at once: when the merchant is to get it. Null where the hold comes later, or never. */
  readonly release: ReleaseAt | null;
  /** The other parties' statements, when they came with express legs. */
  readonly statements: Readonly<Record<Exclude<Party, 'customer'>, StatedOtherwise>> | null;
  /** Of the express leg that wrote this row. */
  readonly receipt: Receipt | null;
}

/** Whether the customer signed: until then one row holds what was picked, and from then on what was signed. */
export const isPlaced = (row: BasketRow | TermsRow): row is TermsRow => 'terms' in row;

/**
 * The one row of an order that changes: its state and its money. Before the first change it is not written, since it
 * follows from the basket or the terms.
 */
export interface OrderRow extends ShownOrder {
  /** Of the bank's express leg, once it ran. */
  readonly settled: Receipt | null;
}

/** What a statement says otherwise than the customer's, or beside it: nearly always little. */
export type StatedOtherwise = Partial<Statement>;

/** A login that went through units 2 to 7, as placing an order needs it. */
export interface Session {
  readonly loginId: string;
  readonly deviceId: string;
  /** Base64 of the device's key as a compressed point. */
  readonly key: string;
  readonly until: number;
  readonly limits: Limits;
}

/** What was paid in one part of the window that limits add up over, and when the last of it was. */
export interface Spending {
  readonly last: number;
  readonly amount: Amount;
}

/** A customer's money in one currency. */
export interface Money {
  readonly available: Amount;
  /** By parts of the window, oldest first. */
  readonly spent: readonly Spending[];
  /** The same of orders alone, since both factors were last bound to one. */
  readonly sinceStepUp: readonly Spending[];
}

/**
 * Everything that placing an order needs to know of its customer, in the one row that it writes anyway. Bank, status and
 * blocks are those of the customer's row.
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

/** What one teller wants issued, and another has to confirm. */
export interface PendingIssueRow {
  readonly bankId: string;
  readonly currency: Currency;
  readonly issueId: string;
  readonly customerId: string;
  readonly token: string;
  readonly amount: Amount;
  /** SHA-256 of the name under which the bank registered who proposed it, hex. */
  readonly proposedBy: string;
  readonly until: number;
}

/** Ways in which money appears, and ways in which it vanishes. There are no others. */
export const SUPPLY = {
  issue: 'appears',
  /** The bank bears a double spend. */
  compensate: 'appears',
  /** The bank bears what a payee owed a customer for too long. */
  bear: 'appears',
  redeem: 'vanishes',
  withdraw: 'vanishes',
  /** The reserve of a device that spent twice gives back what the bank bore. */
  recover: 'vanishes',
} as const;

/** Whether currency was issued or redeemed. */
export type SupplyKind = keyof typeof SUPPLY;

/** Money that a bank made or took back. */
export interface SupplyRow {
  readonly kind: SupplyKind;
  readonly currency: Currency;
  readonly amount: Amount;
  /** Whom it was given to, or taken from. */
  readonly account: string;
  readonly at: number;
}

/** Money that was credited to a payee for one order, in minor units. */
export interface CreditRow {
  readonly amount: Amount;
  readonly order: string;
}

/** What a payee owes a customer: a decision that its balance could not pay. */
export interface Debt {
  readonly merchantId: string;
  readonly orderNumber: string;
  readonly customerId: string;
  readonly amount: Amount;
  readonly since: number;
}

/** What a payee has, rolled up out of its credit entries. */
export interface CheckpointRow {
  readonly payeeId: string;
  readonly currency: Currency;
  /** A sum of any length: an amount's 18 digits would end what it can roll up. */
  readonly balance: Sum;
  /** What open disputes may take: it stays. */
  readonly withheld: Sum;
  /** Oldest first; later credits pay them before anything else. */
  readonly debts: readonly Debt[];
}

/** What a payee asked its bank to pay out: without it the bank redeems nothing. */
export interface PayoutRow {
  readonly payeeId: string;
  readonly currency: Currency;
  readonly redeemId: string;
  readonly amount: Amount;
  readonly at: number;
}

/** The pseudonymous receipt of a purchase (unit 17). */
export interface PurchaseRow extends Purchase {
  /** Paid by a voucher. Absent: online. */
  readonly mode?: 'offline';
  /** Most of its money went back to the customer. */
  readonly refunded?: true;
}

/** What a customer said last, until it is published. */
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

/** Names an order that was paid without a network in place of a login: no login has this id. */
export const OFFLINE_LOGIN = 'offline';

/** A device's subject in events. */
export const deviceSubject = (device: { customerId: string; deviceId: string }): string =>
  `device/${device.customerId}/${device.deviceId}`;

/** The name of the private data collection that `ROWS.address` stands in. */
export const ADDRESS_COLLECTION = 'addresses';
