// SPDX-License-Identifier: Apache-2.0
// Whether the terminal of a payee certificate made a request. A device checks this before it pays, and the ledger before a
// cancellation counts.
import { importDeviceKey } from '../base/signature.js';
import { isSignedBy, type SignedBytes } from './cose.js';
import { spkiOfPoint } from './device-key.js';
import type { PayeeCertificate, PaymentRequest } from './objects.js';
import { isNonceOf } from './request-nonce.js';

const NAMES = ['channel', 'merchantId', 'terminalId'] as const;

/**
 * Finds the field that shows that another terminal made the request. Two tills of a merchant may have one name, and a
 * certificate may have expired, so the key that signed the request at its time decides. Anyone can sign another till's
 * request, and a device answers any request that it is shown. So the request itself must name the key.
 * @param signed the signed request
 * @returns that field, or undefined when this terminal made the request
 */
export function foreignField(
  payee: PayeeCertificate,
  request: PaymentRequest,
  signed: SignedBytes,
): string | undefined {
  if (request.createdAt > payee.validUntil) return 'validUntil';
  const key = importDeviceKey(spkiOfPoint(payee.terminalKey));
  if (key === undefined || !isSignedBy(signed, key)) return 'terminalKey';
  if (!isNonceOf(request.nonce, payee.terminalKey)) return 'nonce';
  return NAMES.find((name) => payee[name] !== request[name]);
}
