// SPDX-License-Identifier: Apache-2.0
// Reads a request on a device, and finds whom it pays, from the certificate of the merchant's bank if one came with it.
import {
  bytesToText,
  decodePaymentRequest,
  ensure,
  foreignField,
  parseCose,
  payeeCertificateOf,
  requestHash,
  unpackRequest,
  verifyPayeeCertificate,
  type PackedPayee,
  type PayeeCertificate,
  type PaymentRequest,
  type TrustedIssuer,
} from '@fabric-offline-pay/domain';
import { withRefusedErrors } from '../with-refused-errors.js';

/** A payee that a bank certified, and the certificate. */
export interface CertifiedPayee {
  readonly certificate: PayeeCertificate;
  readonly bytes: Buffer;
}

/** A request, read from its packed or signed form. */
export interface ReadRequest {
  readonly request: PaymentRequest;
  readonly payload: Buffer;
  /** Base64url. */
  readonly hash: string;
  /** The whole signed request. */
  readonly bytes: Buffer;
  /** Undefined when nobody whom the device trusts certified the payee. The request's signature then proves nothing. */
  readonly payee: CertifiedPayee | undefined;
}

/** What a device needs to know to read a request. */
export interface ReaderView {
  /** The channel of the device's certificates. */
  readonly channel: string;
  /** Issuers that certify payees. */
  readonly issuers: readonly TrustedIssuer[];
  readonly now: number;
}

/** @throws {DomainError} OFFLINE_PAYEE_UNTRUSTED */
function certifiedPayee(
  packed: PackedPayee,
  request: PaymentRequest,
  signed: Buffer,
  { issuers, now }: ReaderView,
): CertifiedPayee | undefined {
  const kid = Buffer.from(packed.kid).toString('hex');
  const issuer = issuers.find((entry) => entry.kid === kid);
  if (issuer === undefined) return undefined;
  const bytes = payeeCertificateOf(packed, request, issuer.bankId);
  const certificate = verifyPayeeCertificate(bytes, issuers);
  ensure(now <= certificate.validUntil, 'OFFLINE_PAYEE_UNTRUSTED', { field: 'validUntil' });
  // The ledger requires the same, if the payment is cancelled later.
  const parts = parseCose('offpay/payment-request', signed);
  const field = foreignField(certificate, request, parts);
  ensure(field === undefined, 'OFFLINE_PAYEE_UNTRUSTED', { field });
  return { certificate, bytes };
}

/**
 * @param shown the bytes that the terminal showed: packed, or the signed request alone
 * @throws {RefusedError} OFFLINE_MALFORMED; OFFLINE_PAYEE_UNTRUSTED when the certificate that came with it is expired, forged, or of
 * another terminal than the one that made and signed the request
 */
export const readRequest = (shown: Uint8Array, view: ReaderView): ReadRequest =>
  withRefusedErrors(() => {
    const { request: bytes, payee } = unpackRequest(shown, view.channel);
    const { payload } = parseCose('offpay/payment-request', bytes);
    const request = decodePaymentRequest(payload);
    const hash = bytesToText(requestHash(payload));
    const certified = payee && certifiedPayee(payee, request, bytes, view);
    return { request, payload, hash, bytes, payee: certified };
  });
