// SPDX-License-Identifier: Apache-2.0
// Cancelling a voucher that the payee did not accept. It is never paid after that, and its money goes back to the account,
// although the device counted it.
import {
  answersRequest,
  bytesToText,
  ensure,
  findContradiction,
  foreignField,
  found,
  importDeviceKey,
  isOverLimit,
  isRemembered,
  isSignedBy,
  parseCose,
  readClaim,
  requestHash,
  reserves,
  verifyCancellation,
  verifyPayeeCertificate,
  type ParsedInputOf as InputOf,
  type PayeeCertificate,
  type PaymentRequest,
  type ReadClaim,
  type ReserveRow,
  type SignedBytes,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { credit } from '../shared/accounts.js';
import { putReserve, reserveRow, reserveSubject } from '../shared/reserves.js';
import { bytesOf, issuersOf } from './issued.js';

type CancelInput = InputOf<'offline', 'cancel'>;

/** The terminal that made the request, certified by its merchant's bank. @throws {DomainError} OFFLINE_PAYEE_UNTRUSTED. */
async function payeeOf(
  call: Call<CancelInput>,
  request: PaymentRequest,
  signed: SignedBytes,
): Promise<PayeeCertificate> {
  const bytes = bytesOf(call.input.payee);
  const { bankId } = found(
    await call.store.get('merchant', request.merchantId),
    'OFFLINE_PAYEE_UNTRUSTED',
    { field: 'merchantId' },
  );
  const issuers = await issuersOf(call, bankId, 'offpay/payee-certificate', bytes);
  const trusted = issuers.filter(({ retired }) => retired?.compromised !== true);
  const payee = verifyPayeeCertificate(bytes, trusted);
  const field = foreignField(payee, request, signed);
  ensure(field === undefined, 'OFFLINE_PAYEE_UNTRUSTED', { field });
  return payee;
}

/** The device must have signed the voucher under a certificate of the reserve, for this request. @throws {DomainError} */
function ensureOfReserve(claim: ReadClaim, reserve: ReserveRow, channel: string): void {
  const key = importDeviceKey(reserve.publicKey);
  ensure(key !== undefined && isSignedBy(claim.parts, key), 'OFFLINE_SIGNATURE_INVALID');
  const named = bytesToText(claim.voucher.certificateDigest);
  ensure(reserve.certificates.includes(named), 'OFFLINE_CERTIFICATE_MISMATCH', { digest: named });
  ensure(answersRequest(claim, claim.hash), 'OFFLINE_REQUEST_MISMATCH', {});
  const { request } = claim;
  ensure(request.channel === channel, 'OFFLINE_REQUEST_MISMATCH', { field: 'channel' });
  const isItsMoney = request.currency === reserve.currency;
  ensure(isItsMoney, 'OFFLINE_REQUEST_MISMATCH', { field: 'currency' });
}

const isCancelled = ({ entry }: ReadClaim, { cancelled, counters }: ReserveRow): boolean =>
  cancelled.includes(entry.counter) && isRemembered(counters, entry);

/**
 * A voucher cannot be cancelled when it is paid or contradicts a paid one. A voucher that no terminal would accept cannot be
 * cancelled either. Otherwise a device and a terminal together could empty the reserve that others rely on.
 * @throws {DomainError}
 */
function ensureCancellable(claim: ReadClaim, reserve: ReserveRow): void {
  const { entry } = claim;
  const { status } = reserve;
  ensure(status !== 'closed' && status !== 'frozen', 'OFFLINE_RESERVE_INACTIVE', { status });
  ensure(!isRemembered(reserve.counters, entry), 'STATE_CONFLICT', { state: 'settled' });
  const contradiction = findContradiction(reserve.counters, entry);
  ensure(contradiction === undefined, 'OFFLINE_DOUBLE_SPEND', { counter: entry.counter });
  ensure(!isOverLimit(claim, reserve), 'VOUCHER_REFUSED', { verdict: 'overLimit' });
}

export async function cancel(call: Call<CancelInput>) {
  const { voucher, request: text, cancellation } = call.input;
  const before = await reserveRow(call, call.input);
  const signed = parseCose('offpay/payment-request', bytesOf(text));
  const claim = readClaim({ voucher: bytesOf(voucher), requestPayload: signed.payload });
  const { request, entry, requestPayload } = claim;
  const payee = await payeeOf(call, request, signed);
  const stated = verifyCancellation(bytesOf(cancellation), payee);
  const isOfRequest = requestHash(requestPayload).equals(stated.requestHash);
  ensure(isOfRequest, 'OFFLINE_REQUEST_MISMATCH', { field: 'cancellation' });
  ensureOfReserve(claim, before, call.channel);
  if (isCancelled(claim, before)) return { returned: entry.amount };
  ensureCancellable(claim, before);
  putReserve(call, reserves.cancelEntry(before, entry));
  await credit(call, before.customerId, before.currency, entry.amount);
  call.tell({ subject: reserveSubject(before), state: before.status });
  return { returned: entry.amount };
}
