// SPDX-License-Identifier: Apache-2.0
// Whether the terminal of a payee certificate made a request: what a device asks before it pays, and the ledger before a cancellation
// of it counts.
import { importDeviceKey } from '../base/signature.js';
import { isSignedBy, type SignedBytes } from './cose.js';
import { spkiOfPoint } from './device-key.js';
import type { PayeeCertificate, PaymentRequest } from './objects.js';
import { isNonceOf } from './request-nonce.js';

const NAMES = ['channel', 'merchantId', 'terminalId'] as const;

/**
 * Two tills of a merchant may bear one name, and a certificate may be over: who asked is who signed the request, at its time. Anyone may
 * sign what another till asked for, and a device answers whoever shows it: so the request must name the key by itself.
 * @param signed the request as it was signed
 * @returns the field by which it is another's, or undefined
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
