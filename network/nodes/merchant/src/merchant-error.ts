// SPDX-License-Identifier: Apache-2.0
// Refusals of the merchant's node itself. Those of the ledger keep the ledger's codes.

/** Codes are stable. */
export const MERCHANT_ERRORS = {
  DISPUTE_DECIDED: {
    status: 409,
    meaning: 'The dispute was decided: evidence changes nothing any more.',
    remedy: 'Read the outcome of the dispute.',
  },
  DOCUMENT_INVALID: {
    status: 422,
    meaning: 'The document is empty, or longer than 2,000,000 bytes.',
    remedy: 'Send the document as base64, in parts if it is long.',
  },
  ENDPOINT_REFUSED: {
    status: 422,
    meaning: 'Webhooks may not go to this URL.',
    remedy: 'Give an https URL with a public address and without user name or fragment.',
  },
  EVIDENCE_CHANGED: {
    status: 409,
    meaning: 'The digest is not that of the evidence as it is now.',
    remedy: 'Read the dispute again, look at its documents, and submit with its digest.',
  },
  EVIDENCE_LATE: {
    status: 409,
    meaning: 'The time for evidence in this dispute is over.',
    remedy: 'Ask the bank that decides the dispute.',
  },
  EVIDENCE_MISSING: {
    status: 409,
    meaning: 'No evidence was submitted in this dispute, or there is none to submit.',
    remedy: 'Add documents, then submit them.',
  },
  EVIDENCE_SUBMITTED: {
    status: 409,
    meaning: 'The evidence was submitted: it cannot be changed or submitted again.',
    remedy: 'Give what came later to the bank itself.',
  },
  NOT_FOUND: {
    status: 404,
    meaning: 'The node does not know this object.',
    remedy: 'Check the identifiers. What was just written to the ledger may need a moment.',
  },
  PAYMENT_AMBIGUOUS: {
    status: 409,
    meaning: 'Several payments without a network have this order number.',
    remedy: 'Name the batch and the counter of the payment.',
  },
  TOO_MANY_DOCUMENTS: {
    status: 409,
    meaning: 'The dispute has as many documents as it may have.',
    remedy: 'Put several into one document.',
  },
} as const satisfies Record<
  string,
  { readonly status: number; readonly meaning: string; readonly remedy: string }
>;

export type MerchantErrorCode = keyof typeof MERCHANT_ERRORS;

/** A refusal by the merchant's node. Holds no personal data. */
export class MerchantError extends Error {
  override readonly name = 'MerchantError';

  constructor(
    readonly code: MerchantErrorCode,
    /** The wrong field of the input; never its value. */
    readonly field?: string,
  ) {
    super(MERCHANT_ERRORS[code].meaning);
  }
}

/** @throws {MerchantError} always */
export function refuse(code: MerchantErrorCode, field?: string): never {
  throw new MerchantError(code, field);
}
