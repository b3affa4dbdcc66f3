// SPDX-License-Identifier: Apache-2.0
// Every refusal of the system, as data: one stable code and number, the same in chaincode, SDK, command line and documents.

import { describe, type ErrorDescription } from './error-description.js';
import { OFFLINE_ERRORS } from './offline-errors.js';

export type { ErrorDescription };

/** Every refusal by its code: number, meaning for a person, what to do. Printed in `docs/errors.md`. */
export const ERRORS = {
  // 1xx: the call itself
  ACCESS_DENIED: describe(
    101,
    'The certificate does not carry a role that may call this.',
    'Call it with an identity whose organisation and role the transaction table names.',
  ),
  NOT_OWNER: describe(
    102,
    'The role is right, but the object belongs to another actor.',
    "Use the identity of the object's own merchant, bank or logistics company.",
  ),
  INPUT_INVALID: describe(
    103,
    'The input does not have the documented shape.',
    'Correct the field that the details name.',
  ),
  IDEMPOTENCY_CONFLICT: describe(
    104,
    'This key was used before with other content.',
    'Use a new key for new content; repeat old content unchanged.',
  ),
  CLOCK_SKEW: describe(
    105,
    "The proposal's timestamp is more than 60 s from the endorser's clock.",
    "Correct the client's clock and make a new proposal.",
  ),
  NOT_FOUND: describe(
    106,
    'There is no such object.',
    'Check the identifiers; create the object first.',
  ),
  ALREADY_BOOTSTRAPPED: describe(
    107,
    'The participant registry exists already.',
    'Admit further participants by vote.',
  ),
  PARTICIPANT_UNKNOWN: describe(
    108,
    'The organisation is not an active participant.',
    'Have a quorum of participants admit it.',
  ),
  STATE_CONFLICT: describe(
    109,
    'The order is not in a state from which this step may run.',
    "Read the order's state; run the step that comes next.",
  ),
  READ_ONLY: describe(
    110,
    'A query tried to write.',
    'Report this: it is a fault of the chaincode.',
  ),
  INTERNAL: describe(
    111,
    'The chaincode failed unexpectedly.',
    'Report this with the transaction id.',
  ),
  REGISTRY_INVALID: describe(
    112,
    'The participants or the policy would make no registry that works.',
    'Mend what the reason of the details names.',
  ),
  PARTICIPANT_FIXED: describe(
    113,
    'Role, actor and bank of a participant never change by vote.',
    'Have the organisation enter anew, with another MSP id.',
  ),
  ACTOR_TAKEN: describe(
    114,
    'Another participant or merchant bears this name.',
    'Choose a name that nobody bears.',
  ),
  LICENCE_NARROWED: describe(
    115,
    'A bank alone may grant, widen and prolong a licence, not narrow it.',
    'Propose it as a licence to be voted on, or let the licence run out.',
  ),
  BANK_SUSPENDED: describe(
    116,
    'The bank is suspended: no new order and no new reserve is paid with its money.',
    'Pay with the money of another bank, or have the bank reinstated.',
  ),
  LEDGER_VERSION_OTHER: describe(
    117,
    'Another version of the chaincode wrote the rows of this ledger.',
    'Begin a new channel with this version, or run the version that wrote it.',
  ),

  // 2xx: identity (units 2 to 7)
  CUSTOMER_UNKNOWN: describe(
    201,
    'The bank vouches for no customer of this id.',
    'Enrol the customer first.',
  ),
  CUSTOMER_BLOCKED: describe(202, 'The customer is not active.', 'Ask the bank.'),
  PROFILE_INCOMPLETE: describe(
    203,
    "The customer's profile lacks fields.",
    'Fill in the fields that the details name, then log in again.',
  ),
  LOGIN_EXPIRED: describe(204, 'The login is over.', 'Log in again.'),
  LOGIN_NOT_AUTHENTICATED: describe(
    205,
    'The customer has no open session of this login.',
    'Log in again, and go through both factors and the reputation.',
  ),
  AUTHENTICATION_FAILED: describe(
    206,
    'The two factors did not both pass.',
    'Start a new authentication.',
  ),
  AUTHENTICATION_EXPIRED: describe(
    207,
    'The factors were not passed within the time allowed.',
    'Start a new authentication.',
  ),
  STEP_UP_REQUIRED: describe(
    208,
    'What was paid since the last step-up is, with this order, above the step-up limit.',
    "Pass both factors bound to this order's digest.",
  ),
  DEVICE_UNKNOWN: describe(
    209,
    'The customer has no such active device key.',
    'Register the device at the bank.',
  ),
  SIGNATURE_INVALID: describe(
    210,
    'The signature is not by the registered key over this content, or has a high S.',
    'Sign the canonical content with the registered key, ES256 with low S.',
  ),
  LIMIT_EXCEEDED: describe(
    211,
    "The order, or all payments of the window with it, are above what the customer's reputation allows.",
    'Pay less, pay later, or improve the history.',
  ),
  CURRENCY_NOT_ALLOWED: describe(
    212,
    'The policy names no limits for this currency.',
    'Pay in a currency of the policy; the participants can vote for another.',
  ),

  // 3xx: goods and merchants (units 8 to 10, 12)
  GOODS_UNKNOWN: describe(301, 'The merchant registered no such goods.', 'Register the goods.'),
  GOODS_DIGEST_MISMATCH: describe(
    302,
    "What the customer picked differs from the merchant's registration.",
    'Show the customer the current goods; pick again.',
  ),
  GOODS_WITHDRAWN: describe(303, 'The goods were withdrawn from sale.', 'Pick other goods.'),
  GOODS_DEFECTIVE: describe(
    304,
    'Too many customers reported these goods defective.',
    'Pick other goods; reports lose weight with time, and as customers change their minds.',
  ),
  MERCHANT_NOT_LICENSED: describe(
    305,
    'The merchant has no valid licence.',
    'Ask the bank for a licence.',
  ),
  MERCHANT_INACTIVE: describe(306, 'The merchant is not active.', 'Ask the bank.'),
  CATEGORY_NOT_ALLOWED: describe(
    307,
    "The licence does not cover a line's category.",
    'Sell it under a licence that covers it.',
  ),
  CATEGORY_MISMATCH: describe(
    308,
    "The order's categories differ from the verified partition.",
    'Verify and partition the basket again.',
  ),
  CURRENCY_MISMATCH: describe(
    309,
    'Amounts of different currencies meet.',
    'Use one currency in an order.',
  ),
  MERCHANT_UNKNOWN: describe(310, 'There is no such merchant.', 'Have the bank register it.'),

  // 4xx: logistics (unit 11)
  NO_COURIER: describe(
    401,
    'No courier may carry this basket to any address offered.',
    'Offer another address, or change the basket.',
  ),
  COURIER_NOT_ELIGIBLE: describe(
    402,
    'The courier chosen may not carry this order to this address.',
    'Choose one of the couriers quoted.',
  ),
  QUOTE_MISMATCH: describe(
    403,
    'The order differs from what was quoted.',
    'Sign an order with the quoted courier, fee and total.',
  ),
  QUOTE_EXPIRED: describe(
    404,
    'The quote is over.',
    'Ask for a new quote under a new order number.',
  ),
  ADDRESS_UNKNOWN: describe(
    405,
    'The address was not offered for this order, or is purged.',
    'Use one of the references offered.',
  ),
  ADDRESSES_DIFFER: describe(
    406,
    'The logistics units worked on different addresses.',
    'Send the same addresses to all four.',
  ),
  DELIVERY_PROOF_INVALID: describe(
    407,
    'The secret is not the one that the customer signed for.',
    "Read the code that the customer's device shows once more, or deliver without proof and wait.",
  ),
  FLEET_TOO_LARGE: describe(
    408,
    'The logistics company would have more couriers than a quote considers.',
    'Register a courier in place of one that no longer drives, under the same id.',
  ),
  DELIVERY_LATE: describe(
    409,
    'The time for the delivery is over: without proof it is not believed any more.',
    "Deliver with the customer's secret.",
  ),

  // 5xx: settlement (unit 14)
  INSUFFICIENT_FUNDS: describe(
    501,
    'The account holds less than the amount.',
    'Top up the account.',
  ),
  HOLD_EXPIRED: describe(502, 'The hold ran out.', 'Place the order again.'),
  HOLD_EXCEEDED: describe(
    503,
    'The sum captured would exceed the sum authorised.',
    'Capture at most the rest.',
  ),
  HOLD_NOT_EXPIRED: describe(504, 'The hold has not run out yet.', 'Void it, or wait.'),
  REFUND_EXCEEDED: describe(
    505,
    'The sum refunded would exceed the sum captured.',
    'Refund at most the rest.',
  ),
  PAYEE_FUNDS_INSUFFICIENT: describe(
    506,
    "The payee's rolled-up balance is less than the amount.",
    'Roll up its credit entries first; redeem or refund less.',
  ),
  INSTRUMENT_UNKNOWN: describe(
    507,
    'The customer has linked no such instrument.',
    'Link the card or account first.',
  ),
  RELEASE_NOT_DUE: describe(
    508,
    'The money is released at delivery, which is not confirmed.',
    'Confirm the delivery first.',
  ),
  // 509 was EPOCH_OPEN, before credit entries were keyed by time.
  DISPUTED: describe(510, 'The order is disputed.', 'Resolve the dispute first.'),
  ROLL_UP_TOO_EARLY: describe(
    511,
    'Entries of a time to come cannot be rolled up.',
    'Name an instant that has passed.',
  ),
  FEE_NOT_CAPTURED: describe(
    512,
    'The delivery fee has not been captured, so nobody is sure to pay the courier.',
    'Claim at least the delivery fee before the goods are picked up.',
  ),
  DISPUTE_TOO_LATE: describe(
    513,
    'The time in which the order could be disputed is over.',
    'Ask the merchant for a refund.',
  ),
  CONSENT_MISSING: describe(
    514,
    "The merchant's own bank has not agreed that its merchant's money is taken.",
    "Have an operator of the merchant's bank agree, or decide what still stands on the hold.",
  ),
  PAYEE_IN_DEBT: describe(
    515,
    'The payee owes customers money: later credits pay that first.',
    'Roll up its credit entries, or wait until the bank bears the debt.',
  ),
  PAYOUT_NOT_REQUESTED: describe(
    516,
    'The payee has not asked for this payout, or for another amount.',
    'Have the payee request the payout under this id.',
  ),
  DECISION_NOT_DUE: describe(
    517,
    'The time in which the dispute is to be decided is not over.',
    'Decide it, or wait.',
  ),
  DEBT_NOT_DUE: describe(
    518,
    'The payee has still time to pay its debt.',
    'Roll up its credit entries, or wait.',
  ),
  NOT_UNDELIVERED: describe(
    519,
    'The goods were delivered, or may still be.',
    'Wait until the time for the delivery is over.',
  ),
  INSTRUMENT_TAKEN: describe(
    520,
    'The instrument is linked to another customer of the bank.',
    "Link an instrument of the customer's own.",
  ),
  SECOND_TELLER_REQUIRED: describe(
    521,
    'Whoever proposed this issue cannot confirm it.',
    'Have another teller, or an operator, confirm it.',
  ),
  ISSUE_EXPIRED: describe(
    522,
    'The issue was not confirmed in time.',
    'Propose it again, under another id.',
  ),
  DEBT_PAYABLE: describe(
    523,
    'The payee has money that pays its debt.',
    'Roll up its credit entries until the debt is paid.',
  ),

  // 6xx: comparison and alarms (units 13, 15, 16)
  STATEMENT_MISSING: describe(
    601,
    'A party has not stated its view of the order.',
    'Have it submit its statement.',
  ),
  VERIFICATION_MISSING: describe(
    603,
    'The goods comparison has not been made, or is not clean.',
    'Run the error-report unit. When it found differences, open another basket with what is registered now.',
  ),
  ALARM_OPEN: describe(
    604,
    'An open alarm blocks this order.',
    'An operator must resolve or uphold it.',
  ),
  ALARM_NOT_OPEN: describe(605, 'There is no open alarm.', 'Nothing to do.'),

  // 7xx: feedback (units 17, 18)
  PURCHASE_REQUIRED: describe(
    701,
    'Only a captured purchase can be stored or rated.',
    'Rate after the purchase is paid.',
  ),
  SUBJECT_NOT_IN_ORDER: describe(
    702,
    'The subject of the rating is no part of the order.',
    'Rate what was ordered, or who sold or delivered it.',
  ),

  // 8xx: payments without a network
  ...OFFLINE_ERRORS,
} as const satisfies Record<string, ErrorDescription>;

/** Stable code of a refusal, upper case. */
export type ErrorCode = keyof typeof ERRORS;

/** Facts about a refusal for a program: field paths, expected and actual values. Never personal data. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** A refusal on the wire, as the chaincode answers it. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}

/** A refusal by a rule of the domain. Its `message` is for a person, `code` and `details` for a program. */
export class DomainError extends Error {
  override readonly name: string = 'DomainError';

  constructor(
    readonly code: ErrorCode,
    readonly details: ErrorDetails = {},
    message: string = ERRORS[code].meaning,
  ) {
    super(message);
  }

  /** Stable number of the code, see `docs/errors.md`. */
  get number(): number {
    return ERRORS[this.code].number;
  }

  /** What the receiver should do. */
  get remedy(): string {
    return ERRORS[this.code].remedy;
  }

  /** @returns how the refusal travels from the chaincode to its caller. */
  toWire(): WireError {
    return { code: this.code, message: this.message, details: this.details };
  }
}

/** @returns whether the text is one of our codes (a refusal from another version may be unknown here). */
export const isErrorCode = (text: unknown): text is ErrorCode =>
  typeof text === 'string' && Object.hasOwn(ERRORS, text);

/** Throws the refusal unless the condition holds. */
export function ensure(
  condition: boolean,
  code: ErrorCode,
  details?: ErrorDetails,
): asserts condition {
  if (!condition) throw new DomainError(code, details);
}

/** @returns the value. @throws {DomainError} when it is missing. */
export function found<T>(value: T | undefined, code: ErrorCode, details?: ErrorDetails): T {
  if (value === undefined) throw new DomainError(code, details);
  return value;
}
