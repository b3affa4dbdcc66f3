// SPDX-License-Identifier: Apache-2.0
// Refusals of the merchant's node itself. Those of the ledger keep the ledger's codes.
import {
  CodedError,
  nodeErrorTexts,
  type NodeErrorCode,
  type RefusalTexts,
} from '@fabric-offline-pay/node-common/client';

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
  ENDPOINT_EXISTS: {
    status: 409,
    meaning: 'There is an endpoint with this id.',
    remedy: 'Choose another id, or rotate the secret of this endpoint to get a new one.',
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
  PAYMENT_AMBIGUOUS: {
    status: 409,
    meaning: 'Several payments without a network have this order number.',
    remedy: 'Name batch and counter of the payment, and customer and device if that is not enough.',
  },
  TOO_MANY_ENDPOINTS: {
    status: 409,
    meaning: 'There are as many endpoints as there may be, which is 20.',
    remedy: 'Remove one that nobody needs, or let one endpoint pass events on.',
  },
  TOO_MANY_ROWS: {
    status: 422,
    meaning: 'The file has more than 10,000 rows.',
    remedy: 'Import it in parts, one after the other, each with the header.',
  },
  TOO_MANY_DOCUMENTS: {
    status: 409,
    meaning: 'The dispute has as many documents as it may have.',
    remedy: 'Put several into one document.',
  },
} as const satisfies Record<string, RefusalTexts>;

export type MerchantErrorCode = NodeErrorCode | keyof typeof MERCHANT_ERRORS;

const isMerchantCode = (code: string): code is keyof typeof MERCHANT_ERRORS =>
  Object.hasOwn(MERCHANT_ERRORS, code);

const textsOf = (code: MerchantErrorCode): RefusalTexts =>
  isMerchantCode(code) ? MERCHANT_ERRORS[code] : nodeErrorTexts(code);

/** A refusal by the merchant's node. Holds no personal data. */
export class MerchantError extends CodedError<MerchantErrorCode> {
  override readonly name = 'MerchantError';

  constructor(code: MerchantErrorCode, field?: string) {
    super(code, textsOf(code), { field });
  }
}

/** @throws {MerchantError} always */
export function refuse(code: MerchantErrorCode, field?: string): never {
  throw new MerchantError(code, field);
}
