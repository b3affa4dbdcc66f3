// SPDX-License-Identifier: Apache-2.0
// The payee that a merchant's bank certifies, with the licence from the ledger and a name from the bank.
import { DomainError, type ErrorCode, type OutputOf } from '@fabric-offline-pay/domain';
import { NetworkError } from '@fabric-offline-pay/node-common';
import { RefusedError } from '@fabric-offline-pay/sdk';
import type { PayeeGrant } from '@fabric-offline-pay/sdk/offline';

/** A terminal that the merchant's bank is to certify. */
export interface PayeeRequest {
  readonly merchantId: string;
  readonly terminalId: string;
  /** The terminal's, base64 DER SubjectPublicKeyInfo. */
  readonly publicKey: string;
  /** The merchant's name for customers: at most 64 bytes of UTF-8. */
  readonly name: string;
}

type Merchant = Pick<
  OutputOf<'goods', 'readMerchant'>,
  'merchantId' | 'bankId' | 'active' | 'licence'
>;

const DAY = 86_400;

/** Short enough that certificates need no revocation. */
const LONGEST_SECONDS = 365 * DAY;

/** The longest licence number in a payee certificate, so that a request fits into one QR code. */
const LONGEST_LICENCE = 32;

function ensure(condition: boolean, code: ErrorCode, details: object): asserts condition {
  if (!condition) throw new RefusedError(new DomainError(code, { ...details }).toWire());
}

function ensureFits(merchantId: string, number: string): void {
  if (number.length <= LONGEST_LICENCE) return;
  throw new NetworkError(
    'LICENCE_TOO_LONG',
    `The licence of ${merchantId} has ${number.length.toString()} characters; a payee certificate holds ${LONGEST_LICENCE.toString()}.`,
    { details: { merchantId, licence: number } },
  );
}

/**
 * @param bankId the certifying bank
 * @param merchant from the ledger
 * @param now seconds since 1970
 * @returns the content that the bank signs, valid until the licence ends, and for a year at most.
 * @throws {RefusedError} NOT_OWNER for a merchant of another bank; MERCHANT_INACTIVE; MERCHANT_NOT_LICENSED
 * @throws {NetworkError} LICENCE_TOO_LONG
 */
export function payeeGrantOf(
  bankId: string,
  merchant: Merchant,
  { merchantId, terminalId, publicKey, name }: PayeeRequest,
  now: number,
): PayeeGrant {
  const { licence } = merchant;
  ensure(merchant.bankId === bankId, 'NOT_OWNER', { merchantId, bankId: merchant.bankId });
  ensure(merchant.active, 'MERCHANT_INACTIVE', { merchantId });
  ensure(licence !== null && licence.validUntil > now, 'MERCHANT_NOT_LICENSED', { merchantId });
  ensureFits(merchantId, licence.number);
  return {
    merchantId,
    terminalId,
    publicKey,
    name: name.normalize('NFC'),
    licence: licence.number,
    validUntil: Math.min(licence.validUntil, now + LONGEST_SECONDS),
  };
}
