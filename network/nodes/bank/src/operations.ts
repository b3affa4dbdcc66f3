// SPDX-License-Identifier: Apache-2.0
// The bank's operations of units 3 to 7 and 20: the service carries them out, the HTTP client calls them.
import type { OutputOf } from '@fabric-offline-pay/domain';
import type { BankInput, Parsed } from './inputs.js';

/** Fields that a complete profile has. */
export const PROFILE_FIELDS = ['name', 'phone', 'email', 'birthDate', 'addresses'] as const;

export type ProfileField = (typeof PROFILE_FIELDS)[number];

export type Factor = 'password' | 'sms';

/** How a try of a factor ended; for the bank's operator only. */
export type AttemptResult =
  'PASSED' | 'PASSWORD_WRONG' | 'CODE_WRONG' | 'CODE_EXPIRED' | 'CODE_EXHAUSTED' | 'LOCKED';

/** One try. `at` in seconds since 1970. */
export interface Attempt {
  readonly factor: Factor;
  readonly boundTo: string;
  readonly at: number;
  readonly result: AttemptResult;
}

export interface Missing {
  /** Names of the profile's fields that the bank lacks, never values; empty: complete. */
  readonly missing: readonly string[];
}

/** A change of telephone or password that was begun. */
export interface ChangeBegun extends CodeSent {
  /** What both factors are submitted with, and `complete`: a digest of this change and no other. */
  readonly boundTo: string;
}

export type ChangeKind = 'change' | 'recovery';

export type ChangeState = 'asked' | 'unconfirmed' | 'waiting' | 'cancelled' | 'done';

/** A change of telephone or password. Instants in seconds since 1970. */
export interface ChangeRecord {
  readonly changeId: string;
  readonly kind: ChangeKind;
  readonly changes: readonly ('phone' | 'password')[];
  readonly state: ChangeState;
  readonly askedAt: number;
  /** Null before both factors passed, or before a recovery was confirmed. */
  readonly effectiveAt: number | null;
}

export interface CodeSent {
  /** Seconds since 1970. */
  readonly codeExpiresAt: number;
}

/** Says nothing about right or wrong. */
export interface Received {
  readonly received: true;
}

export type LoginLimits = OutputOf<'identity', 'assessReputation'>['limits'];

export interface Authenticated {
  readonly authenticated: true;
  /** What unit 7 allows this login. Absent for a step-up, which changes no limit. */
  readonly limits?: LoginLimits;
  /** Of a change: when it takes effect, seconds since 1970. */
  readonly effectiveAt?: number;
}

/** As the private input of the logistics transactions takes it; references and salt are new for every offer. */
export interface OfferedAddresses {
  readonly salt: string;
  readonly addresses: readonly {
    readonly ref: string;
    /** Micro-degrees, as is the longitude. */
    readonly latitude: number;
    readonly longitude: number;
    readonly text: string;
  }[];
}

export type LoginState =
  'opened' | 'authenticating' | 'completing' | 'authenticated' | 'failing' | 'failed';

/** One login of a customer. Instants in seconds since 1970. */
export interface LoginRecord {
  readonly loginId: string;
  readonly deviceId: string;
  readonly state: LoginState;
  readonly openedAt: number;
  readonly endedAt: number | null;
}

/** One purchase with its goods and unit prices; amounts in minor units. */
export type PurchaseRecord = Parsed<'recordPurchase'>;

/**
 * Every operation may be called again with the same input: it answers the same and does nothing twice.
 * All throw `BankError` for refusals of the bank (`INPUT_INVALID` names the field) and pass the ledger's refusals on.
 */
export interface BankOperations {
  /** Stores a customer. The teller then states {@link Missing} on the ledger. Throws `IDEMPOTENCY_CONFLICT` for another profile or password. */
  enrol(input: BankInput<'enrol'>): Promise<Missing>;
  /**
   * The front office changes the fields named (null clears one; addresses are replaced as a whole) and states on the ledger what is
   * missing. Throws `CHANGE_NEEDS_FACTORS` for a telephone where one stands.
   */
  updateProfile(input: BankInput<'updateProfile'>): Promise<Missing>;
  /**
   * Unit 3: a customer fills what its profile lacks, and once it has authenticated also replaces e-mail and addresses. Throws
   * `LOGIN_NOT_AUTHENTICATED` for what stands, `CHANGE_NEEDS_FACTORS` for a telephone that stands, `ACCESS_DENIED` for name and birth date.
   */
  completeProfile(input: BankInput<'completeProfile'>): Promise<Missing>;
  /** Registers the public key of a customer's device on the ledger. */
  registerDevice(input: BankInput<'registerDevice'>): Promise<{ readonly registered: true }>;
  /**
   * Units 2 and 3: verifies the customer and prompts for what the profile lacks. Whoever is no customer, or may not log in, is answered
   * like one whose profile is complete, and hears so from {@link complete}: an unknown one that its factors failed, one that the bank
   * blocked the reason, once both factors passed.
   */
  openLogin(input: BankInput<'openLogin'>): Promise<Missing>;
  /**
   * Unit 4 begins: sends a one-time code. Called again while that code lives, it sends nothing, unless `resend` asks for a new one,
   * which replaces it. Throws `PROFILE_INCOMPLETE`, `TOO_MANY_CODES`, `MESSAGE_NOT_SENT`.
   */
  beginAuthentication(input: BankInput<'beginAuthentication'>): Promise<CodeSent>;
  /** Unit 6. Never tells whether it was right: {@link complete} tells whether both were. */
  submitPassword(input: BankInput<'submitPassword'>): Promise<Received>;
  /** Unit 5. Never tells whether it was right: {@link complete} tells whether both were. */
  submitCode(input: BankInput<'submitCode'>): Promise<Received>;
  /**
   * Units 4 and 7: joins the factors. Throws `AUTHENTICATION_FAILED` unless both passed, never saying which did not, and
   * `AUTHENTICATION_EXPIRED` when the ledger's time for them is over. A login that failed stays failed. With `boundTo` an order's
   * digest it joins the factors of that step-up.
   */
  complete(input: BankInput<'complete'>): Promise<Authenticated>;
  /**
   * Sends a code that names payee and amount of the terms, for their digest only (PSD2 RTS, Art. 5). Both factors are submitted anew
   * with `boundTo: termsDigest(terms)`. Throws `INPUT_INVALID` when the terms are of another login or customer, or do not add up.
   */
  beginStepUp(input: BankInput<'beginStepUp'>): Promise<CodeSent>;
  /**
   * Begins to change telephone or password: sends a code to the telephone that stands. Both factors that stand are submitted with the
   * `boundTo` that is answered, then joined by {@link complete}; the old telephone is told, and the change waits (`changeWaitSeconds`).
   * Throws `STATE_CONFLICT` while another change waits.
   */
  beginChange(input: BankInput<'beginChange'>): Promise<ChangeBegun>;
  /** The customer cancels a change that has not taken effect, its own or a recovery. Throws `STATE_CONFLICT` when it has. */
  cancelChange(input: BankInput<'cancelChange'>): Promise<{ readonly cancelled: true }>;
  /** The customer's changes of telephone and password, newest first. */
  listChanges(input: BankInput<'listChanges'>): Promise<readonly ChangeRecord[]>;
  /** For a customer who lost telephone, password or both. The old telephone is told. Counts only once another person confirmed it. */
  startRecovery(input: BankInput<'startRecovery'>): Promise<ChangeRecord>;
  /**
   * Another person of the front office confirms a recovery, which then waits (`recoveryWaitSeconds`). Throws `SECOND_PERSON_NEEDED` for
   * whoever started it.
   */
  confirmRecovery(input: BankInput<'confirmRecovery'>): Promise<ChangeRecord>;
  /** The front office cancels a change that has not taken effect. */
  stopChange(input: BankInput<'stopChange'>): Promise<{ readonly cancelled: true }>;
  /**
   * The customer's addresses, all or those numbered (from 1). A checkout that was interrupted names the same `offerId` again.
   * Throws `ADDRESS_UNKNOWN`.
   */
  offerAddresses(input: BankInput<'offerAddresses'>): Promise<OfferedAddresses>;
  /** How every try of a login ended. For the bank's operator only. */
  attempts(input: BankInput<'attempts'>): Promise<readonly Attempt[]>;
  /** Unit 20: the customer's logins, newest first. */
  listLogins(input: BankInput<'listLogins'>): Promise<readonly LoginRecord[]>;
  /** Unit 20: the customer's purchases with unit prices, newest first. */
  listPurchases(input: BankInput<'listPurchases'>): Promise<readonly PurchaseRecord[]>;
  /**
   * Unit 20: stores a purchase, once an order number of a merchant. Of one that was paid offline the customer is told (unit 19): a
   * device that pays without a network may be in other hands. Throws `MESSAGE_NOT_SENT`.
   */
  recordPurchase(input: BankInput<'recordPurchase'>): Promise<{ readonly recorded: true }>;
}
