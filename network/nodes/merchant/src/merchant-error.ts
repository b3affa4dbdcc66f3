// SPDX-License-Identifier: Apache-2.0
// Refusals of the merchant's node itself. Those of the ledger keep the ledger's codes.

/** Codes are stable. */
export const MERCHANT_ERRORS = {
  ENDPOINT_REFUSED: {
    status: 422,
    meaning: 'Webhooks may not go to this URL.',
    remedy: 'Give an https URL with a public address and without user name or fragment.',
  },
  NOT_FOUND: {
    status: 404,
    meaning: 'The node does not know this object.',
    remedy: 'Check the identifiers. What was just written to the ledger may need a moment.',
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
