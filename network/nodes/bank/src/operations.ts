// SPDX-License-Identifier: Apache-2.0
// The bank's operations of units 3 to 7 and 20: the service implements them, the HTTP client calls them.
import type { OutputOf } from '@fabric-offline-pay/domain';
import type { Activity } from './activity.js';
import type { FundingOutcome, Instrument } from './funding/funding-desk.js';
import type { BankInput, Parsed } from './inputs.js';
import type {
  AuthenticationBegun,
  PasskeyRecord,
  RegistrationBegun,
  StepUpBegun,
} from './passkeys/passkey-shapes.js';
import type { AttemptResult, ChangeKind, ChangeState, Factor, LoginState } from './states.js';

/** The fields of a complete profile. */
export const PROFILE_FIELDS = ['name', 'phone', 'email', 'birthDate', 'addresses'] as const;

export type ProfileField = (typeof PROFILE_FIELDS)[number];

export type { AttemptResult, ChangeKind, ChangeState, Factor, LoginState } from './states.js';

/** One try. `at` in seconds since 1970. */
export interface Attempt {
  readonly factor: Factor;
  readonly boundTo: string;
  readonly at: number;
  readonly result: AttemptResult;
}

export interface Missing {
  /** Names of the missing profile fields, never values. Empty when the profile is complete. */
  readonly missing: readonly string[];
}

/** A started change of telephone or password. */
export interface ChangeBegun extends CodeSent {
  /** A digest of this change only. Both factors and `complete` are submitted with it. */
  readonly boundTo: string;
}

/** A change of telephone or password. Instants in seconds since 1970. */
export interface ChangeRecord {
  readonly changeId: string;
  readonly kind: ChangeKind;
  readonly changes: readonly ('phone' | 'password')[];
  readonly state: ChangeState;
  readonly askedAt: number;
  /** Null until both factors passed, or until a recovery was confirmed. */
  readonly effectiveAt: number | null;
}

export interface CodeSent {
  /** Seconds since 1970. */
  readonly codeExpiresAt: number;
  /** Stands in the text with the code, too: the customer compares it before typing the code. */
  readonly reference: string;
}

/** Does not say whether the factor was right. */
export interface Received {
  readonly received: true;
}

export type LoginLimits = OutputOf<'identity', 'assessReputation'>['limits'];

export interface Authenticated {
  readonly authenticated: true;
  /** The limits that unit 7 sets for this login. Absent for a step-up, which changes no limit. */
  readonly limits?: LoginLimits;
  /** For a change: when it takes effect, seconds since 1970. */
  readonly effectiveAt?: number;
}

/** In the form of the private input of the logistics transactions. References and salt are new for every offer. */
export interface OfferedAddresses {
  readonly salt: string;
  readonly addresses: readonly {
    readonly ref: string;
    /** In micro-degrees, like the longitude. */
    readonly latitude: number;
    readonly longitude: number;
    readonly text: string;
  }[];
}

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
 * Every operation may be repeated with the same input: it answers the same and does nothing twice.
 * All throw `BankError` for refusals of the bank (`INPUT_INVALID` names the field) and pass on the ledger's refusals.
 */
export interface BankOperations {
  /** Stores a customer. The teller then states {@link Missing} on the ledger. Other profile or password: `IDEMPOTENCY_CONFLICT`. */
  enrol(input: BankInput<'enrol'>): Promise<Missing>;
  /**
   * The front office changes the named fields and states on the ledger what is missing. Null clears a field; addresses are replaced as
   * a whole. Throws `CHANGE_NEEDS_FACTORS` when a telephone exists.
   */
  updateProfile(input: BankInput<'updateProfile'>): Promise<Missing>;
  /**
   * Unit 3: a customer fills in missing profile fields and, once authenticated, also replaces e-mail and addresses. For existing values:
   * throws `LOGIN_NOT_AUTHENTICATED`, `CHANGE_NEEDS_FACTORS` for the telephone, `ACCESS_DENIED` for name and birth date.
   */
  completeProfile(input: BankInput<'completeProfile'>): Promise<Missing>;
  /** Registers the public key of a customer's device on the ledger. */
  registerDevice(input: BankInput<'registerDevice'>): Promise<{ readonly registered: true }>;
  /**
   * Units 2 and 3: verifies the customer and prompts for missing profile fields. An unknown or blocked customer gets the answer of a
   * customer with a complete profile. Then {@link complete} says that an unknown customer's factors failed, and tells a blocked
   * customer the reason once both factors passed.
   */
  openLogin(input: BankInput<'openLogin'>): Promise<Missing>;
  /**
   * Begins unit 4: sends a one-time code. While this code is valid, another call sends nothing, unless `resend` asks for a new code,
   * which replaces it. Throws `PROFILE_INCOMPLETE`, `TOO_MANY_CODES`, `MESSAGE_NOT_SENT`.
   */
  beginAuthentication(input: BankInput<'beginAuthentication'>): Promise<CodeSent>;
  /** Unit 6. Never says whether the password was right; {@link complete} says whether both factors were. */
  submitPassword(input: BankInput<'submitPassword'>): Promise<Received>;
  /** Unit 5. Never says whether the code was right; {@link complete} says whether both factors were. */
  submitCode(input: BankInput<'submitCode'>): Promise<Received>;
  /**
   * Units 4 and 7: joins the factors. Throws `AUTHENTICATION_FAILED` unless both passed, without saying which failed, and
   * `AUTHENTICATION_EXPIRED` when the ledger's time for them is over. A failed login stays failed. When `boundTo` is the digest of
   * an order, it joins the factors of this step-up.
   */
  complete(input: BankInput<'complete'>): Promise<Authenticated>;
  /**
   * Sends a code for the digest of these terms only, with payee and amount (PSD2 RTS, Art. 5). The customer submits both factors again
   * with `boundTo: termsDigest(terms)`. Throws `INPUT_INVALID` when the terms belong to another login or customer, or do not add up.
   */
  beginStepUp(input: BankInput<'beginStepUp'>): Promise<CodeSent>;
  /**
   * Begins unit 4 with a passkey instead of a code: the answer is for `navigator.credentials.get`, and the same for everybody. Throws
   * `PROFILE_INCOMPLETE`, `TOO_MANY_CHALLENGES`; `PASSKEYS_OFF` like all operations of passkeys.
   */
  beginPasskeyAuthentication(
    input: BankInput<'beginPasskeyAuthentication'>,
  ): Promise<AuthenticationBegun>;
  /** Like {@link beginStepUp}, with a passkey: its signature covers the digest of these terms. The page shows payee and amount. */
  beginPasskeyStepUp(input: BankInput<'beginPasskeyStepUp'>): Promise<StepUpBegun>;
  /** In place of {@link submitCode}. Never says whether the signature was accepted. A challenge is used up, whatever was signed. */
  submitPasskey(input: BankInput<'submitPasskey'>): Promise<Received>;
  /** Begins to register a passkey; the answer is for `navigator.credentials.create`. Throws `TOO_MANY_PASSKEYS`. */
  beginPasskey(input: BankInput<'beginPasskey'>): Promise<RegistrationBegun>;
  /** Registers what the device made. The customer is told before. Throws `PASSKEY_REFUSED`, `MESSAGE_NOT_SENT`. */
  registerPasskey(input: BankInput<'registerPasskey'>): Promise<PasskeyRecord>;
  /** The customer's passkeys, the newest first. */
  listPasskeys(input: BankInput<'listPasskeys'>): Promise<readonly PasskeyRecord[]>;
  /** Throws `NOT_FOUND`. */
  renamePasskey(input: BankInput<'renamePasskey'>): Promise<PasskeyRecord>;
  /** It is refused from then on, and the customer is told. Throws `NOT_FOUND`, `MESSAGE_NOT_SENT`. */
  removePasskey(input: BankInput<'removePasskey'>): Promise<{ readonly removed: true }>;
  /**
   * Opens an account in the bank's own book, which stands behind an instrument where no host does. Does nothing when it was opened
   * before, whatever its balance is now.
   */
  openAccount(input: BankInput<'openAccount'>): Promise<{ readonly opened: true }>;
  /** What the node did since it was set up, counted. */
  readActivity(input: BankInput<'readActivity'>): Promise<Activity>;
  /**
   * Unit 14: funds an order whose account is short from the customer's instrument, and waits for the outcome, at most 20 s. Throws
   * `INPUT_INVALID` when the terms belong to another login or customer, or do not add up.
   */
  fundOrder(input: BankInput<'fundOrder'>): Promise<FundingOutcome>;
  /** The customer's cards and mobile-payment accounts, by token. */
  listInstruments(input: BankInput<'listInstruments'>): Promise<readonly Instrument[]>;
  /** Chooses the instrument that funds the customer's orders, or none. Throws `NOT_FOUND`. */
  chooseInstrument(input: BankInput<'chooseInstrument'>): Promise<{ readonly chosen: true }>;
  /**
   * Begins to change telephone or password: sends a code to the present telephone. The customer submits both present factors with the
   * answered `boundTo`. {@link complete} joins them and informs the old telephone; then the change waits (`changeWaitSeconds`).
   * Throws `STATE_CONFLICT` while another change waits.
   */
  beginChange(input: BankInput<'beginChange'>): Promise<ChangeBegun>;
  /** The customer cancels an own change or a recovery that has not taken effect. Throws `STATE_CONFLICT` when it has. */
  cancelChange(input: BankInput<'cancelChange'>): Promise<{ readonly cancelled: true }>;
  /** The customer's changes of telephone and password, newest first. */
  listChanges(input: BankInput<'listChanges'>): Promise<readonly ChangeRecord[]>;
  /** For a customer who lost telephone, password or both. The old telephone gets a message. Another person must confirm the recovery. */
  startRecovery(input: BankInput<'startRecovery'>): Promise<ChangeRecord>;
  /**
   * Another person of the front office confirms a recovery, which then waits (`recoveryWaitSeconds`). Throws `SECOND_PERSON_NEEDED` for
   * the person who started it.
   */
  confirmRecovery(input: BankInput<'confirmRecovery'>): Promise<ChangeRecord>;
  /** The front office cancels a change that has not taken effect. */
  stopChange(input: BankInput<'stopChange'>): Promise<{ readonly cancelled: true }>;
  /**
   * The customer's addresses: all, or those with the given numbers (from 1). An interrupted checkout uses the same `offerId` again.
   * Throws `ADDRESS_UNKNOWN`.
   */
  offerAddresses(input: BankInput<'offerAddresses'>): Promise<OfferedAddresses>;
  /** The results of all tries of a login. For the bank's operator only. */
  attempts(input: BankInput<'attempts'>): Promise<readonly Attempt[]>;
  /** Unit 20: the customer's logins, newest first. */
  listLogins(input: BankInput<'listLogins'>): Promise<readonly LoginRecord[]>;
  /** Unit 20: the customer's purchases with unit prices, newest first. */
  listPurchases(input: BankInput<'listPurchases'>): Promise<readonly PurchaseRecord[]>;
  /**
   * Unit 20: stores a purchase, once per order number of a merchant. The customer gets a message about a purchase that was paid offline
   * (unit 19), because somebody else may have used the device. Throws `MESSAGE_NOT_SENT`.
   */
  recordPurchase(input: BankInput<'recordPurchase'>): Promise<{ readonly recorded: true }>;
}
