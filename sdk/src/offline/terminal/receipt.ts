// SPDX-License-Identifier: Apache-2.0
// Signs the receipt of an accepted payment, and imports such a payment at a till that has lost its records.
import {
  bytesToText,
  decodePaymentEvidence,
  decodePaymentRequest,
  encodeReceipt,
  ensure,
  findContradiction,
  importDeviceKey,
  isRemembered,
  isSignedBy,
  parseCose,
  readClaim,
  requestHash,
  signCose,
  spkiOfPoint,
  textToBytes,
  toAmount,
  verifyDeviceCertificate,
  verifyPayeeCertificate,
  verifyReceipt,
  verifyVoucher,
  withEntry,
  type DeviceCertificate,
  type PaymentEvidence,
  type PaymentReceipt,
  type PaymentRequest,
} from '@fabric-offline-pay/domain';
import { fromBase64, toBase64 } from '../base64.js';
import { withRefusedErrors } from '../with-refused-errors.js';
import type { TerminalContext } from './context.js';
import type { Till } from './make-request.js';
import { payments, waiting, type AcceptedPayment } from './records.js';
import { putSeen, seenOf } from './seen.js';
import { trustedIssuers } from './trust.js';

/** Signs again on every request. The content is the same each time. */
export const signReceipt = (
  { key }: Pick<Till, 'key'>,
  { voucherDigest, requestPayload, acceptedAt }: AcceptedPayment,
): Promise<Buffer> =>
  signCose(
    'offpay/receipt',
    encodeReceipt({
      voucherDigest: textToBytes(voucherDigest),
      requestHash: requestHash(fromBase64(requestPayload)),
      acceptedAt,
    }),
    key.sign,
  );

/** The content of evidence, once all of it is verified. */
interface VerifiedEvidence {
  readonly request: PaymentRequest;
  readonly requestPayload: Buffer;
  readonly certificate: DeviceCertificate;
  readonly receipt: PaymentReceipt;
}

/** Verifies that a certified terminal of this merchant made the request and accepted the voucher. @throws {DomainError} */
async function verifyEvidence(
  { store, till }: TerminalContext,
  evidence: PaymentEvidence,
): Promise<VerifiedEvidence> {
  const issuers = await trustedIssuers(store);
  const payee = verifyPayeeCertificate(evidence.payee, issuers);
  const key = importDeviceKey(spkiOfPoint(payee.terminalKey));
  const parts = parseCose('offpay/payment-request', evidence.request);
  ensure(key !== undefined && isSignedBy(parts, key), 'OFFLINE_SIGNATURE_INVALID', {
    field: 'request',
  });
  const request = decodePaymentRequest(parts.payload);
  ensureOwn(till, request, payee);
  const held = verifyDeviceCertificate(evidence.certificate, issuers);
  const { voucher, voucherDigest } = verifyVoucher(held, evidence.voucher);
  const hash = requestHash(parts.payload);
  const receipt = verifyReceipt(evidence.receipt, payee);
  const agrees =
    hash.equals(voucher.requestHash) &&
    hash.equals(receipt.requestHash) &&
    voucherDigest.equals(receipt.voucherDigest);
  ensure(agrees, 'OFFLINE_REQUEST_MISMATCH', { field: 'receipt' });
  return { request, requestPayload: parts.payload, certificate: held.certificate, receipt };
}

const MERCHANT_FIELDS = ['channel', 'merchantId'] as const;

function ensureOwn(
  till: Till,
  request: PaymentRequest,
  payee: Pick<PaymentRequest, 'channel' | 'merchantId' | 'terminalId'>,
): void {
  const field =
    MERCHANT_FIELDS.find((name) => request[name] !== till[name]) ??
    ([...MERCHANT_FIELDS, 'terminalId'] as const).find((name) => request[name] !== payee[name]);
  ensure(field === undefined, 'OFFLINE_PAYEE_UNTRUSTED', { field });
}

function importedPayment(
  { request, requestPayload, certificate, receipt }: VerifiedEvidence,
  evidence: PaymentEvidence,
  counter: number,
): AcceptedPayment {
  const { bankId, customerId, deviceId, epoch, claimUntil } = certificate;
  const { purpose } = request;
  return {
    bankId,
    customerId,
    deviceId,
    epoch,
    claimUntil,
    counter,
    orderNumber: request.orderNumber,
    amount: toAmount(request.amount),
    currency: request.currency,
    termsDigest:
      purpose.kind === 'delivery' ? Buffer.from(purpose.termsDigest).toString('hex') : null,
    acceptedAt: receipt.acceptedAt,
    status: 'waiting',
    verdict: null,
    attempts: 0,
    voucherDigest: bytesToText(receipt.voucherDigest),
    voucher: toBase64(evidence.voucher),
    certificate: toBase64(evidence.certificate),
    requestPayload: toBase64(requestPayload),
  };
}

/**
 * Imports a payment that a till of this merchant accepted and this terminal does not know, from the customer's evidence.
 * @returns the payment, to be settled like any other. A payment that the terminal already knows is returned unchanged.
 * @throws {RefusedError} OFFLINE_MALFORMED, OFFLINE_PAYEE_UNTRUSTED, OFFLINE_CERTIFICATE_FORGED, OFFLINE_SIGNATURE_INVALID,
 * OFFLINE_CERTIFICATE_MISMATCH, OFFLINE_REQUEST_MISMATCH, OFFLINE_DOUBLE_SPEND; IDEMPOTENCY_CONFLICT for an order that was paid
 * by another voucher
 */
export async function importPayment(
  context: TerminalContext,
  bytes: Uint8Array,
): Promise<AcceptedPayment> {
  const { store } = context;
  const evidence = withRefusedErrors(() => decodePaymentEvidence(bytes));
  const verified = await verifyEvidence(context, evidence).catch((error: unknown) =>
    withRefusedErrors(() => {
      throw error;
    }),
  );
  const { entry } = withRefusedErrors(() =>
    readClaim({ voucher: evidence.voucher, requestPayload: verified.requestPayload }),
  );
  const payment = importedPayment(verified, evidence, entry.counter);
  const known = await payments.get(store, payment.orderNumber);
  if (known?.voucherDigest === payment.voucherDigest) return known;
  const seen = await seenOf(store, verified.certificate);
  withRefusedErrors(() => {
    ensure(known === undefined, 'IDEMPOTENCY_CONFLICT', { orderNumber: payment.orderNumber });
    const free = isRemembered(seen, entry) || findContradiction(seen, entry) === undefined;
    ensure(free, 'OFFLINE_DOUBLE_SPEND', { counter: entry.counter });
  });
  await store.write([
    payments.put(payment, payment.orderNumber),
    waiting.put(payment.orderNumber, payment.orderNumber),
    putSeen(withEntry(seen, entry), verified.certificate),
  ]);
  context.events.emit({ kind: 'accepted', payment });
  return payment;
}
