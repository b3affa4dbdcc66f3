// SPDX-License-Identifier: Apache-2.0
// The errors of the SDK: one family of classes with stable codes. Refusals keep the domain's codes; all other errors have these.
import {
  ERRORS,
  isPassing,
  type ErrorCode,
  type ErrorDetails,
  type WireError,
} from '@fabric-offline-pay/domain';

interface Described {
  readonly meaning: string;
  readonly remedy: string;
}

const describe = (meaning: string, remedy: string): Described => ({ meaning, remedy });

/** Failures that are not refusals of the domain: the network's, the client's own, and unknown outcomes. */
export const CLIENT_ERRORS = {
  TRANSACTION_CONFLICT: describe(
    'Other transactions kept changing the same rows first.',
    'Nothing was written. Call again with the same input.',
  ),
  ENDORSEMENT_MISMATCH: describe(
    'The endorsing peers computed different results.',
    'Nothing was sent. If this lasts, one peer runs different chaincode or has fallen behind: tell its operator.',
  ),
  ENDORSEMENT_POLICY_FAILURE: describe(
    'The transaction stands in a block as invalid: its endorsements do not satisfy the policy.',
    'Nothing was written. Have the organisations endorse that the policy names.',
  ),
  ENDORSEMENT_FAILED: describe(
    'The endorsing peers could not run the transaction.',
    'Nothing was sent. Read the details, and compare the versions of chaincode and SDK.',
  ),
  IDENTITY_REJECTED: describe(
    'The peers do not accept the certificate.',
    'Nothing was sent. The certificate is unknown, expired or revoked: enrol again.',
  ),
  OUTPUT_INVALID: describe(
    'The answer does not have the documented shape.',
    'Nothing was sent. Compare the versions of chaincode and SDK.',
  ),
  NETWORK_UNAVAILABLE: describe(
    'The client could not reach the peers that it needs in time.',
    'Nothing was sent. Call again with the same input when the network works again.',
  ),
  ORDERER_REFUSED: describe(
    'The ordering service refused the transaction.',
    'Nothing was written. Read the details: the transaction is too large, or the certificate may not write.',
  ),
  OUTCOME_UNKNOWN: describe(
    'The transaction was sent, but nobody reported its outcome.',
    'Keep the envelope and resume it later. Never build a new transaction with another business key.',
  ),
  COMMIT_INVALID: describe(
    'The transaction stands in a block as invalid.',
    'Nothing was written. The details name the validation code.',
  ),
  ORDER_WAITS: describe(
    'The order has not come as far as the caller waited for.',
    'Nothing is lost. Read the state of the order, and wait again or ask the party that is next.',
  ),
  CONFIGURATION_INVALID: describe(
    'An option is wrong, or the options do not fit together.',
    'Correct the option that the details name.',
  ),
  JOURNAL_CORRUPT: describe(
    'A file of the journal contains no envelope.',
    'Move the file away, and look up the outcome of its transaction: the id is in the file name.',
  ),
  CHECKPOINT_CORRUPT: describe(
    'The checkpoint file is empty or damaged.',
    'Restore the file, or delete it and choose the block to start from.',
  ),
  EVENT_INVALID: describe(
    'An event does not have the documented shape.',
    'Compare the versions of chaincode and SDK.',
  ),
  STORE_LOCKED: describe(
    'Another process or browser tab has the store open.',
    'End the other process, or close the tab. A device or terminal runs only once.',
  ),
  STORE_FOREIGN: describe(
    'The store belongs to another device or terminal, or to another key.',
    'Open it with its own key and settings, or use an empty folder.',
  ),
  STORE_NEWER: describe(
    'A later version of the program wrote the store.',
    'Open it with that version or a later one. Nothing was changed.',
  ),
  STORE_DAMAGED: describe(
    'The store is damaged: it does not contain what was written there.',
    'Move away the folder that the details name and keep it for repair. Put an empty folder in its place and restore that: offpay device restore, offpay terminal restore, restoreFolder.',
  ),
  STORE_ROLLED_BACK: describe(
    'The store is not the newest: somebody restored an older copy, emptied it, or moved it without its mark.',
    'Put back the newest folder with its mark. If there is none, restore this one: offpay device restore, offpay terminal restore, restoreFolder.',
  ),
  EPOCH_SEALED: describe(
    'The device was restored. It may have made payments from this epoch that it no longer knows, so it pays nothing new from it.',
    'Have the bank fund a new epoch. The rest of the old one returns to the account.',
  ),
  STORE_FAILED: describe(
    'The store could not be read or written, or was closed.',
    'Nothing was handed out. Free or repair the disk, open the store again, and repeat the call.',
  ),
  KEY_UNREADABLE: describe(
    'The key file cannot be opened: it is damaged, or the passphrase is wrong.',
    'Check the passphrase. A lost key cannot be restored: have the bank revoke the device.',
  ),
  PAYEE_CERTIFICATE_OVER: describe(
    "The terminal's certificate has expired: no device would trust it.",
    "Have the merchant's bank certify the terminal again (offpay terminal setup --name NAME).",
  ),
  ORDER_PAID_BEFORE: describe(
    'The device has already paid this order number of this merchant, by another request.',
    'Look it up in the history. Pay again only if the merchant has not received that payment.',
  ),
  RECEIPT_MISMATCH: describe(
    'The sum of the lines shown is not the amount asked for.',
    'Do not pay. Have the merchant correct the request or the lines.',
  ),
  ISSUER_UNTRUSTED: describe(
    "The bank's authority does not vouch for the issuer's key.",
    "Compare the issuer's certificate with the root that the bank handed out.",
  ),
} as const satisfies Record<string, Described>;

/** Stable code of a failure that is not a refusal of the domain. */
export type ClientErrorCode = keyof typeof CLIENT_ERRORS;

interface Context {
  readonly details?: ErrorDetails;
  readonly cause?: unknown;
  readonly message?: string;
}

/** Base class of all errors of the SDK. `message` is for a person, `code` and `details` are for a program. */
export abstract class OffpayError extends Error {
  /** The class, also where a bundler shortened its name. */
  abstract override readonly name: string;
  readonly details: ErrorDetails;
  /** What the caller should do. */
  readonly remedy: string;

  protected constructor(
    readonly code: ErrorCode | ClientErrorCode,
    described: Described,
    context: Context,
  ) {
    super(
      context.message ?? described.meaning,
      context.cause === undefined ? {} : { cause: context.cause },
    );
    this.details = context.details ?? {};
    this.remedy = described.remedy;
  }
}

/** A rule of the domain refused. Nothing was written. Calling again changes nothing unless the facts change. */
export class RefusedError extends OffpayError {
  override readonly name = 'RefusedError';
  declare readonly code: ErrorCode;
  /** Stable number of the code, see `docs/errors.md`. */
  readonly number: number;

  constructor(
    refusal: WireError,
    /** Whether some of the endorsers did not refuse. One of them may only be a block behind. */
    readonly divided = false,
    cause?: unknown,
  ) {
    super(refusal.code, ERRORS[refusal.code], {
      message: refusal.message,
      details: refusal.details,
      cause,
    });
    this.number = ERRORS[refusal.code].number;
  }

  /** Whether the same call may be answered otherwise later: an endorser is a block behind, or a node or a clock is wrong. */
  get passes(): boolean {
    return this.divided || isPassing(this.code);
  }
}

/** An MVCC or phantom conflict remained after all retries. Nothing was written. */
export class ConflictError extends OffpayError {
  override readonly name = 'ConflictError';
  declare readonly code: 'TRANSACTION_CONFLICT';

  constructor(
    readonly transactionId: string,
    details: ErrorDetails,
  ) {
    super('TRANSACTION_CONFLICT', CLIENT_ERRORS.TRANSACTION_CONFLICT, { details });
  }
}

type EndorsementCode = Extract<
  ClientErrorCode,
  `ENDORSEMENT_${string}` | 'IDENTITY_REJECTED' | 'OUTPUT_INVALID'
>;

/** The peers gave no usable endorsement, for a reason other than a refusal. */
export class EndorsementError extends OffpayError {
  override readonly name = 'EndorsementError';
  declare readonly code: EndorsementCode;

  constructor(code: EndorsementCode, details?: ErrorDetails, cause?: unknown) {
    super(code, CLIENT_ERRORS[code], { ...(details && { details }), cause });
  }
}

/** The peers could not be reached before the deadline. Nothing was sent. */
export class UnavailableError extends OffpayError {
  override readonly name = 'UnavailableError';
  declare readonly code: 'NETWORK_UNAVAILABLE';

  constructor(details: ErrorDetails, cause?: unknown) {
    super('NETWORK_UNAVAILABLE', CLIENT_ERRORS.NETWORK_UNAVAILABLE, { details, cause });
  }
}

/** A wait for an order ended before the order was there. */
export class OrderWaitsError extends OffpayError {
  override readonly name = 'OrderWaitsError';
  declare readonly code: 'ORDER_WAITS';

  constructor(details: ErrorDetails, cause?: unknown) {
    super('ORDER_WAITS', CLIENT_ERRORS.ORDER_WAITS, { details, cause });
  }
}

/** The ordering service refused to order this transaction. */
export class OrderingError extends OffpayError {
  override readonly name = 'OrderingError';
  declare readonly code: 'ORDERER_REFUSED';

  constructor(
    readonly transactionId: string,
    details: ErrorDetails,
    cause?: unknown,
  ) {
    super('ORDERER_REFUSED', CLIENT_ERRORS.ORDERER_REFUSED, { details, cause });
  }
}

/** The transaction was sent, and its outcome is not known. Hand the envelope to `connection.resume`; the journal keeps it, too. */
export class OutcomeUnknownError extends OffpayError {
  override readonly name = 'OutcomeUnknownError';
  declare readonly code: 'OUTCOME_UNKNOWN';

  constructor(
    readonly transactionId: string,
    /** The signed envelope. It is always safe to send the same envelope again. */
    readonly envelope: Uint8Array,
    cause?: unknown,
  ) {
    super('OUTCOME_UNKNOWN', CLIENT_ERRORS.OUTCOME_UNKNOWN, { details: { transactionId }, cause });
  }
}

/** The transaction stands in a block as invalid, for a reason other than a conflict or the endorsement policy. */
export class CommitError extends OffpayError {
  override readonly name = 'CommitError';
  declare readonly code: 'COMMIT_INVALID';

  constructor(
    readonly transactionId: string,
    /** Fabric's `TxValidationCode`. */
    readonly validationCode: number,
    details: ErrorDetails,
  ) {
    super('COMMIT_INVALID', CLIENT_ERRORS.COMMIT_INVALID, {
      details: { ...details, validationCode },
    });
  }
}

/** An option given to the SDK is wrong, or the options do not fit together. */
export class ConfigurationError extends OffpayError {
  override readonly name = 'ConfigurationError';
  declare readonly code: 'CONFIGURATION_INVALID';

  constructor(option: string, reason: string) {
    super('CONFIGURATION_INVALID', CLIENT_ERRORS.CONFIGURATION_INVALID, {
      details: { option, reason },
    });
  }
}

type DataCode = Extract<
  ClientErrorCode,
  'JOURNAL_CORRUPT' | 'CHECKPOINT_CORRUPT' | 'EVENT_INVALID'
>;

/** Data read from a file or the network is damaged. The details say which data. */
export class CorruptDataError extends OffpayError {
  override readonly name = 'CorruptDataError';
  declare readonly code: DataCode;

  constructor(code: DataCode, details: ErrorDetails, cause?: unknown) {
    super(code, CLIENT_ERRORS[code], { details, cause });
  }
}

type OfflineCode = Extract<
  ClientErrorCode,
  | `STORE_${string}`
  | 'KEY_UNREADABLE'
  | 'EPOCH_SEALED'
  | 'PAYEE_CERTIFICATE_OVER'
  | 'ORDER_PAID_BEFORE'
  | 'RECEIPT_MISMATCH'
  | 'ISSUER_UNTRUSTED'
>;

/** A device, terminal or issuer failed, for a reason other than a refusal of the domain. Nothing was handed out. */
export class OfflineError extends OffpayError {
  override readonly name = 'OfflineError';
  declare readonly code: OfflineCode;

  constructor(code: OfflineCode, details: ErrorDetails, cause?: unknown) {
    super(code, CLIENT_ERRORS[code], { details, cause });
  }
}
