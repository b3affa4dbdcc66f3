// SPDX-License-Identifier: Apache-2.0
// Every row that stands on the ledger, by its fields.
import type { Amount, Currency, Sum } from '../base/money.js';
import type { Place } from '../base/geography.js';
import type { OrderState } from './order-states.js';
import type { Limits, Policy } from '../policy/policy.js';
import type { Receipt } from './receipt.js';

export type Role = 'bank' | 'merchant' | 'logistics' | 'auditor';
export type Party = 'customer' | 'merchant' | 'logistics';
export type FactorKind = 'sms' | 'password';
export type ReleaseAt = 'match' | 'delivery';
export type RatingSubject = 'goods' | 'merchant' | 'courier';

export interface OrderKey {
  readonly merchantId: string;
  readonly orderNumber: string;
}

export interface ParticipantRow {
  readonly mspId: string;
  readonly role: Role;
  /** Whom its certificates speak for; merchants are bound to their organisation by their licence instead. */
  readonly actor: string;
  /** The bank that pays a logistics company out; null for others. */
  readonly bankId: string | null;
  readonly status: 'active' | 'suspended';
}

/**
 * Who takes part, and the rules that all agreed on: one row, because nearly every transaction reads both.
 * Participants in order of their MSP ids.
 */
export interface RegistryRow {
  readonly participants: readonly ParticipantRow[];
  readonly policy: Policy;
}

/** The registry as it stands on the ledger: every transaction reads it first, and so learns of which version the rows are. */
export interface StoredRegistry extends RegistryRow {
  readonly version: number;
}

/** One organisation's voice for a proposal. */
export interface Vote {
  readonly mspId: string;
  readonly at: number;
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

export interface CustomerRow {
  readonly customerId: string;
  readonly bankId: string;
  readonly status: 'active' | 'blocked';
  /** How often the customer was blocked: a login that began before a block is over. */
  readonly blocks: number;
  /** Names of the profile fields that the bank still lacks; never their values. */
  readonly missing: readonly string[];
}

export interface DeviceRow {
  readonly customerId: string;
  readonly deviceId: string;
  readonly bankId: string;
  /** Base64 DER SubjectPublicKeyInfo, P-256. */
  readonly publicKey: string;
  readonly status: 'active' | 'revoked';
}

export interface LoginRow {
  readonly loginId: string;
  readonly customerId: string;
  readonly bankId: string;
  readonly deviceId: string;
  /** Of the customer when the login began. */
  readonly blocks: number;
  readonly state: 'verified' | 'open' | 'authenticating' | 'authenticated' | 'failed';
  readonly missing: readonly string[];
  readonly openedAt: number;
  readonly expiresAt: number;
  readonly factorsUntil: number;
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

/** What a customer's history counts. */
export type CountedKind =
  'success' | 'mismatch' | 'dispute' | 'failedAuthentication' | 'doubleSpend';

/** A `purchase` counts nothing, a `refund` takes a success back that was counted. */
export type HistoryKind = CountedKind | 'purchase' | 'refund';

/** One entry of a customer's history, folded into the reputation row by unit 7. */
export interface HistoryRow {
  readonly kind: HistoryKind;
  readonly at: number;
  /** Unit 17 writes it with the success in one row, and unit 7 puts it where it stays. */
  readonly purchase?: PurchaseRow;
}

export interface ReputationRow {
  readonly customerId: string;
  readonly totals: Readonly<Record<CountedKind, number>>;
  /** 0 (worst) … 100 (best). */
  readonly score: number;
}

/** Sums of opinions, one a customer, as they counted at an instant: in thousandths of a fresh opinion. */
export interface Aggregate {
  readonly at: number;
  readonly weight: number;
  /** Weight times one to five stars. */
  readonly stars: number;
  /** Weight of the opinions that report a defect. */
  readonly defects: number;
}

/** What counts against a merchant or a courier, in thousandths that lose weight as ratings do. */
export interface Conduct {
  readonly at: number;
  /** Its own statement stood alone. */
  readonly mismatch: number;
  /** The bank had to bear what it owed. */
  readonly debt: number;
}

export interface MerchantRow {
  readonly merchantId: string;
  /** The organisation whose certificates may speak for the merchant. */
  readonly mspId: string;
  readonly bankId: string;
  readonly active: boolean;
  readonly licence: { readonly number: string; readonly validUntil: number } | null;
  readonly categories: readonly string[];
  readonly rating: Aggregate;
  readonly conduct: Conduct;
}

export interface GoodsRow {
  readonly merchantId: string;
  readonly gtin: string;
  readonly category: string;
  readonly price: Amount;
  readonly currency: Currency;
  readonly origin: string;
  readonly certificate: string;
  readonly weightGrams: number;
  readonly location: Place;
  readonly withdrawn: boolean;
  readonly digest: string;
  readonly rating: Aggregate;
}

export interface Tariff {
  readonly currency: Currency;
  readonly base: Amount;
  readonly perKm: Amount;
  readonly perKg: Amount;
}

export interface Courier {
  readonly courierId: string;
  readonly active: boolean;
  readonly depot: Place;
  readonly tariffs: readonly Tariff[];
  readonly areas: readonly { readonly centre: Place; readonly radiusMetres: number }[];
  readonly categories: readonly string[];
  readonly rating: Aggregate;
  readonly conduct: Conduct;
}

/** A logistics company's couriers in order of their ids: one row, because every quote needs them all. */
export interface FleetRow {
  readonly logisticsId: string;
  readonly couriers: readonly Courier[];
}

export interface BasketLine {
  readonly gtin: string;
  readonly quantity: number;
  /** What the page showed to the customer. */
  readonly unitPrice: Amount;
  /** Digest of the registration that the page showed. */
  readonly goodsDigest: string;
}

/** What the customer picked, before price and courier are known. */
export interface Basket extends OrderKey {
  readonly customerId: string;
  readonly loginId: string;
  readonly logisticsId: string;
  readonly currency: Currency;
  readonly lines: readonly BasketLine[];
  /** Pseudonymous references of the addresses offered; what stands behind them is private data. */
  readonly addressRefs: readonly string[];
  /** Salted digest of the addresses offered, so that all logistics units provably worked on the same ones. */
  readonly addressesDigest: string;
}

/** Stands where the terms will, once the customer signs (stepwise only). */
export interface BasketRow {
  readonly basket: Basket;
  readonly bankId: string;
}

/** One courier's price for carrying the basket to one address. */
export interface CourierQuote {
  readonly courierId: string;
  readonly fee: Amount;
}

export interface AddressOffer {
  readonly addressRef: string;
  /** Best courier first. */
  readonly couriers: readonly CourierQuote[];
}

export interface QuoteRow {
  readonly logisticsId: string;
  readonly basketDigest: string;
  readonly goodsTotal: Amount;
  /** The categories that every courier quoted may carry. */
  readonly categories: readonly string[];
  readonly offers: readonly AddressOffer[];
  readonly expiresAt: number;
  /** The waybill's, when the quote is an express leg; stepwise it stands in a row of its own. */
  readonly statement: StatedOtherwise | null;
  /** Of the express leg that wrote this row; stepwise units leave theirs in rows of their own. */
  readonly receipt: Receipt | null;
}

/** What the customer signs. */
export interface OrderTerms extends Basket {
  readonly channel: string;
  readonly addressRef: string;
  readonly courierId: string;
  readonly fee: Amount;
  readonly goodsTotal: Amount;
  readonly total: Amount;
  readonly holdSeconds: number;
  /** SHA-256 of a secret that the customer's device drew, and shows at the door: whoever knows it was there. */
  readonly deliveryCommitment: string;
}

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

/** Money set aside for an order. What still stands is `authorised − voided − released − refundedHeld`. */
export interface Hold {
  readonly currency: Currency;
  readonly authorised: Amount;
  /** The part never captured, given back to the account. */
  readonly voided: Amount;
  readonly captured: Amount;
  /** The part of the captured money that was credited to the payees, the delivery fee among it. */
  readonly released: Amount;
  /** The part of `released` that went to the logistics company: all of its fee, once it delivered. */
  readonly feeReleased: Amount;
  /** All refunds. */
  readonly refunded: Amount;
  /** Refunds paid out of the hold itself, before release. */
  readonly refundedHeld: Amount;
  /** The part of `refundedHeld` that was the fee of a delivery that never came. */
  readonly feeReturned: Amount;
  /** The part of the total that pays the delivery. */
  readonly fee: Amount;
  readonly release: ReleaseAt;
  /** Until then it may be captured. */
  readonly expiresAt: number;
  /** When captured money of goods that were not delivered goes back. Null before the first capture. */
  readonly deliverBy: number | null;
  /** Natural key → content, so that a repeated claim returns its first result. */
  readonly captures: Readonly<Record<string, Amount>>;
  readonly refunds: Readonly<Record<string, Amount>>;
}

export type Verification = 'none' | 'clean' | 'alarm' | 'resolved' | 'upheld';

/** `deliveredUnproven`: the courier says so, and nobody else. It is believed after the policy's time. */
export type Delivery = 'awaiting' | 'pickedUp' | 'deliveredUnproven' | 'delivered';

/** A dispute that waits for its decision. */
export interface Dispute {
  readonly id: string;
  /** The state to return to when it is rejected. */
  readonly from: OrderState;
  readonly openedAt: number;
  /** What the payee's balance must keep for it. */
  readonly withheld: Amount;
  /** Whether the merchant's own bank agreed that its money may be taken, where the customer's is another. */
  readonly agreed: boolean;
}

/**
 * The one row of an order that changes: its state and its money. Before the first change it is not written, since it
 * follows from the basket or the terms.
 */
export interface OrderRow extends OrderKey {
  readonly state: OrderState;
  readonly dispute: Dispute | null;
  readonly mode: 'stepwise' | 'express';
  readonly customerId: string;
  readonly bankId: string;
  readonly logisticsId: string;
  readonly delivery: Delivery;
  /** When the courier said that it delivered. */
  readonly deliveredAt: number | null;
  readonly verification: Verification;
  readonly hold: Hold | null;
  /** Of the bank's express leg, once it ran. */
  readonly settled: Receipt | null;
}

export interface StatementLine {
  readonly gtin: string;
  readonly quantity: number;
}

/** One party's view of an order. */
export interface Statement {
  readonly orderNumber: string;
  readonly lines: readonly StatementLine[];
  readonly goodsTotal: Amount;
  readonly currency: Currency;
  /** The logistics company's own number. */
  readonly waybill?: string | undefined;
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

/** What was paid in one part of the window that limits add up over, until the part ended. */
export interface Spending {
  readonly until: number;
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
} as const;

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

export interface Difference {
  readonly field: string;
  readonly values: Readonly<Record<string, string | number | boolean | null>>;
}

/** What unit 15 found, field by field. */
export interface ReportRow extends OrderKey {
  readonly pass: 'goods' | 'order';
  readonly differences: readonly Difference[];
  readonly at: number;
}

/** Lapsed: its order ended before it was decided. */
export interface AlarmRow extends OrderKey {
  readonly bankId: string;
  readonly state: 'open' | 'resolved' | 'upheld' | 'lapsed';
  /** Whom the differences count against, unless the alarm is resolved. */
  readonly blamed: readonly Party[];
  readonly fields: readonly string[];
  readonly raisedAt: number;
  readonly decidedAt: number | null;
  readonly reason: string;
}

/** The pseudonymous receipt of a purchase (unit 17). */
export interface PurchaseRow extends OrderKey {
  readonly customerId: string;
  /** Paid by a voucher. Absent: online. */
  readonly mode?: 'offline';
  /** Money went back to the customer. */
  readonly refunded?: true;
  readonly currency: Currency;
  readonly amount: Amount;
  readonly lines: readonly {
    readonly gtin: string;
    readonly quantity: number;
    readonly unitPrice: Amount;
  }[];
  readonly at: number;
}

/** What a customer said last, until it is published. */
export interface RatingRow extends OrderKey {
  readonly customerId: string;
  readonly stars: number;
  readonly defect: boolean;
}

/** The addresses offered for an order, in the private collection: for bank and logistics only, purged after delivery. */
export interface AddressBookRow {
  /** 256 random bits, so that the hash on the public ledger says nothing. */
  readonly salt: string;
  readonly addresses: readonly ({ readonly ref: string; readonly text: string } & Place)[];
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
