// SPDX-License-Identifier: Apache-2.0
// Whom a merchant's bank certifies as payee: the licence is the ledger's, the name the bank's own.
import { DomainError, type ErrorCode, type OutputOf } from '@fabric-offline-pay/domain';
import { NetworkError } from '@fabric-offline-pay/node-common';
import { RefusedError } from '@fabric-offline-pay/sdk';
import type { PayeeGrant } from '@fabric-offline-pay/sdk/offline';

/** A terminal for which the merchant's bank is to speak. */
export interface PayeeRequest {
  readonly merchantId: string;
  readonly terminalId: string;
  /** The terminal's, base64 DER SubjectPublicKeyInfo. */
  readonly publicKey: string;
  /** What customers know the merchant by: at most 64 bytes of UTF-8. */
  readonly name: string;
}

type Merchant = Pick<
  OutputOf<'goods', 'readMerchant'>,
  'merchantId' | 'bankId' | 'active' | 'licence'
>;

const DAY = 86_400;

/** Nobody has to be told that a certificate is void: it is soon. */
const LONGEST_SECONDS = 365 * DAY;

/** What a payee certificate holds of a licence, so that a request fits into one QR code. */
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
 * @param bankId who certifies
 * @param merchant as the ledger has it
 * @param now seconds since 1970
 * @returns what the bank signs: until the licence ends, and for a year at most.
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
    ...{ merchantId, terminalId, publicKey },
    name: name.normalize('NFC'),
    licence: licence.number,
    validUntil: Math.min(licence.validUntil, now + LONGEST_SECONDS),
  };
}
