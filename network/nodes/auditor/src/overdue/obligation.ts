// SPDX-License-Identifier: Apache-2.0
// Obligations: what somebody must do by a time, as a table of kinds. Whatever is not done by then is overdue.

/** What of the policy an obligation waits for after the time that its row names. */
export type PolicySpan = 'unprovenSeconds' | 'decisionSeconds' | 'debtSeconds' | 'bulletinSeconds';

/** The policy's spans, in seconds. */
export type PolicySpans = Readonly<Record<PolicySpan, number>>;

/** Who owes something. A payee's bank stands in no row of money, so that the payee is named for it. */
export interface Debtor {
  readonly role: 'bank' | 'bankOfPayee';
  /** The bank, or the merchant or logistics company whose bank it is. */
  readonly id: string;
}

/** What an auditor says of one kind. */
interface ObligationKind {
  /** For people: what is owed. */
  readonly owed: string;
  /** What makes it met: rows that an auditor sees, or a report by somebody outside of the ledger. */
  readonly metBy: 'ledger' | 'confirmation';
  /** Whether it is owed again as soon as it was met, as long as the bank takes part. */
  readonly standing?: true;
}

/**
 * Every kind of obligation.
 *
 * What has no time by which it must be done is none: an open alarm ends with its order's hold (`hold.expire`), a refund is the
 * merchant's own will, a compensation the bank's, and credit entries are added up when the payee's bank wants to.
 */
export const OBLIGATIONS = {
  'hold.expire': { owed: 'held money whose time is over goes back', metBy: 'ledger' },
  'hold.release': { owed: 'money of a delivered order is credited', metBy: 'ledger' },
  'hold.return': { owed: 'money for goods that nobody delivered goes back', metBy: 'ledger' },
  'dispute.decide': { owed: 'a dispute is decided', metBy: 'ledger' },
  'debt.bear': { owed: 'a debt to a customer is paid or borne', metBy: 'ledger' },
  'reserve.close': { owed: 'the rest of a reserve goes back', metBy: 'ledger' },
  'payout.redeem': { owed: 'a payout that the payee asked for is redeemed', metBy: 'ledger' },
  /** Redeemed or withdrawn money leaves through a bank account, which no ledger shows: `settlement:redeem`, `withdraw`. */
  'payout.arrive': {
    owed: 'redeemed or withdrawn money arrives outside of the ledger',
    metBy: 'confirmation',
  },
  'bulletin.publish': {
    owed: 'a new bulletin, before terminals refuse the old one',
    metBy: 'ledger',
    standing: true,
  },
} as const satisfies Readonly<Record<string, ObligationKind>>;

/** A kind of obligation. */
export type ObligationName = keyof typeof OBLIGATIONS;

/** Something that is owed. */
export interface Obligation {
  readonly kind: ObligationName;
  /** Natural, with the kind: parts of keys, joined by `/`. */
  readonly subject: string;
  /** Seconds since 1970: when it is due, or from when on the policy's span counts. */
  readonly since: number;
  /** Null: it is due at `since`. */
  readonly waits: PolicySpan | null;
  /** Seconds since 1970, by the policy in force; see {@link dueAt}. */
  readonly dueAt: number;
  /** The block in which it became owed. */
  readonly sinceBlock: number;
  readonly owedBy: Debtor;
  /** Money that is concerned, in minor units; null where it is none. */
  readonly money: { readonly currency: string; readonly amount: string } | null;
}

/** What names an obligation. */
export type ObligationKey = Pick<Obligation, 'kind' | 'subject'>;

/** @returns one text for kind and subject */
export const obligationName = ({ kind, subject }: ObligationKey): string => `${kind} ${subject}`;

/** @returns seconds since 1970 */
export const dueAt = (
  { since, waits }: Pick<Obligation, 'since' | 'waits'>,
  spans: PolicySpans,
): number => since + (waits === null ? 0 : spans[waits]);

/** How long an auditor waits where neither ledger nor policy names a time: seconds. */
export interface Patience {
  /** From a payee's request to its redemption. */
  readonly redeemSeconds: number;
  /** From a redemption or withdrawal to the money's arrival. */
  readonly arrivalSeconds: number;
  /** From a lost device's last claim to the return of its rest, which its customer may move to another device until then. */
  readonly reissueSeconds: number;
}

const DAY = 86_400;

/** Payments of banks arrive within one business day, which may have a weekend and a holiday before it (PSD2 Art. 83: D+1). */
export const DEFAULT_PATIENCE: Patience = {
  redeemSeconds: DAY,
  arrivalSeconds: 4 * DAY,
  reissueSeconds: 30 * DAY,
};
