// SPDX-License-Identifier: Apache-2.0
// What the SDK throws: one class family with stable codes. Refusals keep the domain's codes, everything else has one of these.
import {
  ERRORS,
  type ErrorCode,
  type ErrorDetails,
  type WireError,
} from '@fabric-offline-pay/domain';

interface Described {
  readonly meaning: string;
  readonly remedy: string;
}

const describe = (meaning: string, remedy: string): Described => ({ meaning, remedy });

/** Failures that are no refusals of the domain: the network's, the client's own, and not knowing. */
export const CLIENT_ERRORS = {
  TRANSACTION_CONFLICT: describe(
    'Others kept changing the same rows first.',
    'Nothing was written. Call again with the same input.',
  ),
  ENDORSEMENT_MISMATCH: describe(
    'The endorsing peers computed different results.',
    'Nothing was sent. If it lasts, one peer runs other chaincode or has fallen behind: tell its operator.',
  ),
  ENDORSEMENT_POLICY_FAILURE: describe(
    'The transaction stands in a block as invalid: its endorsements do not satisfy the policy.',
    'Nothing was written. Endorse by the organisations that the policy names.',
  ),
  ENDORSEMENT_FAILED: describe(
    'The endorsing peers could not run the transaction.',
    'Nothing was sent. See the details; compare the versions of chaincode and SDK.',
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
    'The peers needed could not be reached in time.',
    'Nothing was sent. Call again with the same input when the network is back.',
  ),
  ORDERER_REFUSED: describe(
    'The ordering service refused the transaction.',
    'Nothing was written. See the details: too large, or the certificate may not write.',
  ),
  OUTCOME_UNKNOWN: describe(
    'The transaction was sent, and nobody answered what became of it.',
    'Keep the envelope and resume it later. Never build a new one with another business key.',
  ),
  COMMIT_INVALID: describe(
    'The transaction stands in a block as invalid.',
    'Nothing was written. The details name the validation code.',
  ),
  CONFIGURATION_INVALID: describe(
    'The options do not fit together.',
    'Correct the option that the details name.',
  ),
  JOURNAL_CORRUPT: describe(
    'A file of the journal holds no envelope.',
    'Move the file away, and find the outcome of its transaction by the id in its name.',
  ),
  CHECKPOINT_CORRUPT: describe(
    'The checkpoint file is empty or damaged.',
    'Restore the file, or delete it and choose from which block to start.',
  ),
  EVENT_INVALID: describe(
    'An event does not have the documented shape.',
    'Compare the versions of chaincode and SDK.',
  ),
  STORE_LOCKED: describe(
    'Another process, or another tab of the browser, has the store open.',
    'End the other process, or close the tab; a device or terminal runs once.',
  ),
  STORE_FOREIGN: describe(
    'The store belongs to another device or terminal, or to another key.',
    'Open it with its own key and settings, or take an empty folder.',
  ),
  STORE_NEWER: describe(
    'A later version of the program wrote the store.',
    'Open it with that version, or a later one. Nothing was changed.',
  ),
  STORE_DAMAGED: describe(
    'The store does not hold what was written there.',
    'Keep the folder that the details name for repair, leave an empty one in its place, and restore that: offpay device restore, offpay terminal restore, restoreFolder.',
  ),
  STORE_ROLLED_BACK: describe(
    'The store is not the newest: it was put back to an older state, emptied, or moved without its mark.',
    'Put the newest folder back, with its mark. If there is none, restore this one: offpay device restore, offpay terminal restore, restoreFolder.',
  ),
  EPOCH_SEALED: describe(
    'The device was restored, and may have paid from this epoch what it does not know any more: it pays nothing new from it.',
    'Have the bank fund a new epoch. What is left of the old one returns to the account.',
  ),
  STORE_FAILED: describe(
    'The store could not read or write, or was closed.',
    'Nothing was handed out. Free the disk or repair it, open again and repeat the call.',
  ),
  KEY_UNREADABLE: describe(
    'The key file does not open: it is damaged, or the passphrase is wrong.',
    'Check the passphrase; a lost key cannot be restored, have the bank revoke the device.',
  ),
  PAYEE_CERTIFICATE_OVER: describe(
    "The terminal's certificate is over: no device would believe who asks.",
    "Have the merchant's bank certify the terminal again (offpay terminal setup --name NAME).",
  ),
  ORDER_PAID_BEFORE: describe(
    'The device has paid this order number of this merchant by another request.',
    'Look it up in the history; pay again only when the merchant has nothing of it.',
  ),
  RECEIPT_MISMATCH: describe(
    'The lines shown do not add up to the amount asked for.',
    'Do not pay; have the merchant correct the request or the lines.',
  ),
  ISSUER_UNTRUSTED: describe(
    "The bank's authority does not vouch for the key of the issuer.",
    "Compare the issuer's certificate with the root that the bank handed out.",
  ),
} as const satisfies Record<string, Described>;

/** Stable code of a failure that is no refusal of the ledger. */
export type ClientErrorCode = keyof typeof CLIENT_ERRORS;

interface Context {
  readonly details?: ErrorDetails;
  readonly cause?: unknown;
  readonly message?: string;
}

/** Base of everything that the SDK throws. `message` is for a person, `code` and `details` for a program. */
export abstract class OffpayError extends Error {
  readonly details: ErrorDetails;
  /** What the receiver should do. */
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
    this.name = new.target.name;
    this.details = context.details ?? {};
    this.remedy = described.remedy;
  }
}

/** A rule of the domain said no. Nothing was sent, so calling again changes nothing unless the facts change. */
export class RefusedError extends OffpayError {
  declare readonly code: ErrorCode;
  /** Stable number of the code, see `docs/errors.md`. */
  readonly number: number;

  constructor(
    refusal: WireError,
    /** Some endorsers asked did not refuse: one of them may only be a block behind. */
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
}

/** An MVCC or phantom conflict that outlived all retries. Nothing was written. */
export class ConflictError extends OffpayError {
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

/** The peers did not give a usable endorsement, for a reason that is no refusal. */
export class EndorsementError extends OffpayError {
  declare readonly code: EndorsementCode;

  constructor(code: EndorsementCode, details?: ErrorDetails, cause?: unknown) {
    super(code, CLIENT_ERRORS[code], { ...(details && { details }), cause });
  }
}

/** Never sent: the peers could not be reached until the deadline. */
export class UnavailableError extends OffpayError {
  declare readonly code: 'NETWORK_UNAVAILABLE';

  constructor(details: ErrorDetails, cause?: unknown) {
    super('NETWORK_UNAVAILABLE', CLIENT_ERRORS.NETWORK_UNAVAILABLE, { details, cause });
  }
}

/** The ordering service answered that it will not order this transaction. */
export class OrderingError extends OffpayError {
  declare readonly code: 'ORDERER_REFUSED';

  constructor(
    readonly transactionId: string,
    details: ErrorDetails,
    cause?: unknown,
  ) {
    super('ORDERER_REFUSED', CLIENT_ERRORS.ORDERER_REFUSED, { details, cause });
  }
}

/** Sent, outcome not known. The envelope is in the journal too; hand it to `connection.resume`. */
export class OutcomeUnknownError extends OffpayError {
  declare readonly code: 'OUTCOME_UNKNOWN';

  constructor(
    readonly transactionId: string,
    /** The signed envelope: sending the same one again is safe, whatever became of the first. */
    readonly envelope: Uint8Array,
    cause?: unknown,
  ) {
    super('OUTCOME_UNKNOWN', CLIENT_ERRORS.OUTCOME_UNKNOWN, { details: { transactionId }, cause });
  }
}

/** The transaction stands in a block as invalid, for another reason than a conflict or the endorsement policy. */
export class CommitError extends OffpayError {
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

/** The options given to the SDK do not fit together. */
export class ConfigurationError extends OffpayError {
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

/** Something that was read, from a file or from the network, is damaged. The details say where it stands. */
export class CorruptDataError extends OffpayError {
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

/** A device, a terminal or an issuer cannot do it, for a reason that is no refusal of the domain. Nothing was handed out. */
export class OfflineError extends OffpayError {
  declare readonly code: OfflineCode;

  constructor(code: OfflineCode, details: ErrorDetails, cause?: unknown) {
    super(code, CLIENT_ERRORS[code], { details, cause });
  }
}
