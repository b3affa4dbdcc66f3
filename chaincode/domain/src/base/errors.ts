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
    'This key was used before with different content.',
    'Use a new key for new content. Repeat a call with exactly the same content.',
  ),
  CLOCK_SKEW: describe(
    105,
    "The proposal's timestamp is more than 60 s from the endorser's clock.",
    "Correct the client's clock and make a new proposal.",
  ),
  NOT_FOUND: describe(
    106,
    'The object does not exist.',
    'Check the identifiers, or create the object first.',
  ),
  ALREADY_BOOTSTRAPPED: describe(
    107,
    'The participant registry already exists.',
    'Admit further participants by vote.',
  ),
  PARTICIPANT_UNKNOWN: describe(
    108,
    'The organisation is not an active participant.',
    'Ask the participants to admit it by vote.',
  ),
  STATE_CONFLICT: describe(
    109,
    "This step cannot run in the order's current state.",
    "Read the order's state, and run the next step.",
  ),
  READ_ONLY: describe(
    110,
    'A query tried to write.',
    'Report this. It is a fault of the chaincode.',
  ),
  INTERNAL: describe(
    111,
    'The chaincode failed unexpectedly.',
    'Report this with the transaction id.',
  ),
  REGISTRY_INVALID: describe(
    112,
    'With these participants or this policy the registry would not work.',
    'Correct what the reason in the details names.',
  ),
  PARTICIPANT_FIXED: describe(
    113,
    'A vote cannot change the role, actor or bank of a participant.',
    'Admit the organisation again, with another MSP id.',
  ),
  ACTOR_TAKEN: describe(
    114,
    'Another participant or merchant has this name.',
    'Choose a name that nobody uses.',
  ),
  LICENCE_NARROWED: describe(
    115,
    'A bank alone may grant, widen and extend a licence, but not narrow it.',
    'Propose the licence for a vote, or let the licence expire.',
  ),
  BANK_SUSPENDED: describe(
    116,
    'The bank is suspended. Its money cannot pay for a new order or a new reserve.',
    "Pay with another bank's money, or reinstate the bank.",
  ),
  LEDGER_VERSION_OTHER: describe(
    117,
    'A different version of the chaincode wrote the rows of this ledger.',
    'Start a new channel with this version, or run the version that wrote the rows.',
  ),

  // 2xx: identity (units 2 to 7)
  CUSTOMER_UNKNOWN: describe(
    201,
    'No bank has enrolled a customer with this id.',
    'Enrol the customer first.',
  ),
  CUSTOMER_BLOCKED: describe(202, 'The customer is not active.', 'Ask the bank.'),
  PROFILE_INCOMPLETE: describe(
    203,
    "Fields are missing in the customer's profile.",
    'Fill in the fields that the details name, then log in again.',
  ),
  LOGIN_EXPIRED: describe(204, 'The login has expired.', 'Log in again.'),
  LOGIN_NOT_AUTHENTICATED: describe(
    205,
    'The customer has no open session for this login.',
    'Log in again, pass both factors, and assess the reputation.',
  ),
  AUTHENTICATION_FAILED: describe(
    206,
    'At least one of the two factors did not pass.',
    'Start a new authentication.',
  ),
  AUTHENTICATION_EXPIRED: describe(
    207,
    'The factors did not pass within the allowed time.',
    'Start a new authentication.',
  ),
  STEP_UP_REQUIRED: describe(
    208,
    'The payments since the last step-up, plus this order, exceed the step-up limit.',
    "Pass both factors, bound to this order's digest.",
  ),
  DEVICE_UNKNOWN: describe(
    209,
    'The customer has no active device with this id.',
    'Register the device with the bank.',
  ),
  SIGNATURE_INVALID: describe(
    210,
    'The registered key did not sign this content, or the signature has a high S.',
    'Sign the canonical content with the registered key, using ES256 with low S.',
  ),
  LIMIT_EXCEEDED: describe(
    211,
    "This order, or all payments of the window together with it, exceed the limit for the customer's reputation.",
    'Pay less, pay later, or improve the reputation.',
  ),
  CURRENCY_NOT_ALLOWED: describe(
    212,
    'The policy has no limits for this currency.',
    'Pay in a currency of the policy. The participants can add a currency by vote.',
  ),

  // 3xx: goods and merchants (units 8 to 10, 12)
  GOODS_UNKNOWN: describe(
    301,
    'The merchant has not registered these goods.',
    'Register the goods.',
  ),
  GOODS_DIGEST_MISMATCH: describe(
    302,
    "The goods that the customer picked differ from the merchant's registration.",
    'Show the customer the current goods, and let the customer pick again.',
  ),
  GOODS_WITHDRAWN: describe(303, 'The goods were withdrawn from sale.', 'Pick other goods.'),
  GOODS_DEFECTIVE: describe(
    304,
    'Too many customers reported these goods defective.',
    'Pick other goods. Reports count less with time, and customers can change their rating.',
  ),
  MERCHANT_NOT_LICENSED: describe(
    305,
    'The merchant has no valid licence.',
    'Ask the bank for a licence.',
  ),
  MERCHANT_INACTIVE: describe(306, 'The merchant is not active.', 'Ask the bank.'),
  CATEGORY_NOT_ALLOWED: describe(
    307,
    'The licence does not cover the category of a line.',
    'Get a licence that covers the category.',
  ),
  CATEGORY_MISMATCH: describe(
    308,
    "The order's categories differ from the verified partition.",
    'Verify and partition the basket again.',
  ),
  CURRENCY_MISMATCH: describe(
    309,
    'The amounts are in different currencies.',
    'Use one currency in an order.',
  ),
  MERCHANT_UNKNOWN: describe(310, 'The merchant does not exist.', 'Ask the bank to register it.'),

  // 4xx: logistics (unit 11)
  NO_COURIER: describe(
    401,
    'No courier can carry this basket to any of the offered addresses.',
    'Offer another address, or change the basket.',
  ),
  COURIER_NOT_ELIGIBLE: describe(
    402,
    'The chosen courier may not carry this order to this address.',
    'Choose one of the quoted couriers.',
  ),
  QUOTE_MISMATCH: describe(
    403,
    'The order differs from the quote.',
    'Sign the order with the quoted courier, fee and total.',
  ),
  QUOTE_EXPIRED: describe(
    404,
    'The quote has expired.',
    'Ask for a new quote under a new order number.',
  ),
  ADDRESS_UNKNOWN: describe(
    405,
    'The address was not offered for this order, or it has been purged.',
    'Use one of the offered references.',
  ),
  ADDRESSES_DIFFER: describe(
    406,
    'The logistics units got different addresses.',
    'Send the same addresses to all four units.',
  ),
  DELIVERY_PROOF_INVALID: describe(
    407,
    'The secret does not match the digest that the customer signed.',
    "Scan the code on the customer's device again, or deliver without proof and wait.",
  ),
  FLEET_TOO_LARGE: describe(
    408,
    'The logistics company would have too many couriers, or too much data about them.',
    'Replace a courier that no longer drives: register the new one under the same id.',
  ),
  DELIVERY_LATE: describe(
    409,
    'The delivery is too late to be accepted without proof.',
    "Deliver with the customer's secret.",
  ),

  // 5xx: settlement (unit 14)
  INSUFFICIENT_FUNDS: describe(
    501,
    'The account has less money than the amount.',
    'Top up the account.',
  ),
  HOLD_EXPIRED: describe(502, 'The hold has expired.', 'Place the order again.'),
  HOLD_EXCEEDED: describe(
    503,
    'The captured sum would exceed the authorised sum.',
    'Capture no more than the rest.',
  ),
  HOLD_NOT_EXPIRED: describe(504, 'The hold has not expired yet.', 'Void it, or wait.'),
  REFUND_EXCEEDED: describe(
    505,
    'The refunded sum would exceed the captured sum.',
    'Refund no more than the rest.',
  ),
  PAYEE_FUNDS_INSUFFICIENT: describe(
    506,
    "The payee's rolled-up balance is less than the amount.",
    'Roll up its credit entries first, or use a smaller amount.',
  ),
  INSTRUMENT_UNKNOWN: describe(
    507,
    'The customer has not linked this instrument.',
    'Link the card or account first.',
  ),
  RELEASE_NOT_DUE: describe(
    508,
    'The money is released at delivery, and the delivery is not confirmed.',
    'Confirm the delivery first.',
  ),
  // 509 was EPOCH_OPEN. It went when credit entries got their time as key.
  DISPUTED: describe(510, 'The order is disputed.', 'Resolve the dispute first.'),
  ROLL_UP_TOO_EARLY: describe(
    511,
    'Credit entries of a future time cannot be rolled up.',
    'Give a time in the past.',
  ),
  FEE_NOT_CAPTURED: describe(
    512,
    "The delivery fee is not captured, so the courier's pay is not certain.",
    'Capture at least the delivery fee before the pick-up.',
  ),
  DISPUTE_TOO_LATE: describe(
    513,
    'The time to dispute the order has passed.',
    'Ask the merchant for a refund.',
  ),
  CONSENT_MISSING: describe(
    514,
    "The merchant's own bank has not agreed to take money from its merchant.",
    "Ask an operator of the merchant's bank to agree, or decide only on the money that is still on the hold.",
  ),
  PAYEE_IN_DEBT: describe(
    515,
    'The payee owes money to customers. Its next credits pay that first.',
    'Roll up its credit entries, or wait until the bank bears the debt.',
  ),
  PAYOUT_NOT_REQUESTED: describe(
    516,
    'The payee has not asked for this payout, or asked for another amount.',
    'Ask the payee to request the payout under this id.',
  ),
  DECISION_NOT_DUE: describe(
    517,
    'The time to decide the dispute has not passed yet.',
    'Decide it, or wait.',
  ),
  DEBT_NOT_DUE: describe(
    518,
    'The payee still has time to pay its debt.',
    'Roll up its credit entries, or wait.',
  ),
  NOT_UNDELIVERED: describe(
    519,
    'The goods were delivered, or there is still time to deliver them.',
    'Wait until the time to deliver has passed.',
  ),
  INSTRUMENT_TAKEN: describe(
    520,
    'Another customer of the bank has linked this instrument.',
    'Link an instrument that belongs to this customer.',
  ),
  SECOND_TELLER_REQUIRED: describe(
    521,
    'The person who proposed this issue cannot confirm it.',
    'Ask another teller, or an operator, to confirm it.',
  ),
  ISSUE_EXPIRED: describe(
    522,
    'Nobody confirmed the issue in time.',
    'Propose it again with another id.',
  ),
  DEBT_PAYABLE: describe(
    523,
    'The payee has enough money to pay its debt.',
    'Roll up its credit entries until the debt is paid.',
  ),
  CLAIM_EXCEEDED: describe(
    524,
    'The captured sum would exceed what the merchant claims.',
    'Capture no more than the claim, or ask the merchant to claim more.',
  ),

  // 6xx: comparison and alarms (units 13, 15, 16)
  STATEMENT_MISSING: describe(
    601,
    'A party has not submitted its statement of the order.',
    'Ask that party to submit its statement.',
  ),
  VERIFICATION_MISSING: describe(
    603,
    'The goods were not compared yet, or the comparison found differences.',
    'Run the error-report unit. If it found differences, open a new basket with the current registrations.',
  ),
  ALARM_OPEN: describe(
    604,
    'An open alarm blocks this order.',
    'Ask an operator to resolve or uphold it.',
  ),
  ALARM_NOT_OPEN: describe(605, 'The order has no open alarm.', 'Nothing to do.'),

  // 7xx: feedback (units 17, 18)
  PURCHASE_REQUIRED: describe(
    701,
    'Only a captured purchase can be stored or rated.',
    'Rate after the purchase is paid.',
  ),
  SUBJECT_NOT_IN_ORDER: describe(
    702,
    'The subject of the rating is not part of the order.',
    'Rate the ordered goods, their merchant, or their courier.',
  ),

  // 8xx: payments without a network
  ...OFFLINE_ERRORS,
} as const satisfies Record<string, ErrorDescription>;

/** Stable code of a refusal, upper case. */
export type ErrorCode = keyof typeof ERRORS;

/** Facts about a refusal, for a program: field paths, expected and actual values. Never personal data. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** A refusal on the wire, as the chaincode sends it. */
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

  /** @returns the form in which the chaincode sends the refusal to its caller. */
  toWire(): WireError {
    return { code: this.code, message: this.message, details: this.details };
  }
}

/** @returns whether the text is one of our codes. A refusal from another version can have a code that is unknown here. */
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
