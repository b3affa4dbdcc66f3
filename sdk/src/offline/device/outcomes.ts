// SPDX-License-Identifier: Apache-2.0
// What a terminal states about a payment afterwards: that it accepted the payment, or that it never will. The device keeps the
// signed statement as evidence for its owner.
import {
  bytesToText,
  decodeCancellation,
  decodePresented,
  decodeReceipt,
  encodePaymentEvidence,
  ensure,
  parseCose,
  textToBytes,
  unpackPayment,
  verifyCancellation,
  verifyPayeeCertificate,
  verifyReceipt,
  voucherDigest,
  type Amount,
  type DeviceCertificate,
  type PayeeCertificate,
  type Presented,
  type TrustedIssuer,
} from '@fabric-offline-pay/domain';
import { RefusedError } from '../../errors.js';
import { fromBase64, toBase64 } from '../base64.js';
import { withRefusedErrors } from '../with-refused-errors.js';
import type { Change, Store } from '../store/store.js';
import type { Epoch } from './epochs.js';
import {
  asked,
  cancellations,
  handed,
  ordinal,
  payments,
  receipts,
  type PaymentRecord,
} from './records.js';

/** `given`: the voucher left the device, and the terminal has stated nothing since. */
export type PaymentState = 'given' | 'accepted' | 'cancelled';

/** A payment and what became of it. */
export interface PaymentHistory extends PaymentRecord {
  readonly state: PaymentState;
}

/** A voucher that its payee cancelled. With it, the customer's bank returns the money. Texts are base64. */
export interface CancelledVoucher {
  readonly customerId: string;
  readonly deviceId: string;
  readonly epoch: number;
  readonly voucher: string;
  /** The signed request. */
  readonly request: string;
  readonly cancellation: string;
  readonly payee: string;
  /** Minor units. */
  readonly amount: Amount;
}

type Place = [epoch: string, counter: string];

const placeOf = ({ epoch, counter }: Pick<PaymentRecord, 'epoch' | 'counter'>): Place => [
  ordinal(epoch),
  ordinal(counter),
];

async function stateOf(store: Store, payment: PaymentRecord): Promise<PaymentState> {
  const place = placeOf(payment);
  if ((await receipts.get(store, ...place)) !== undefined) return 'accepted';
  return (await cancellations.get(store, ...place)) === undefined ? 'given' : 'cancelled';
}

/** @returns every payment: by epoch, and within an epoch in the order in which they were made. */
export async function readHistory(store: Store): Promise<readonly PaymentHistory[]> {
  const all = await payments.list(store);
  return Promise.all(
    all.map(async (payment) => ({ ...payment, state: await stateOf(store, payment) })),
  );
}

/** A payment, and whom it paid according to the certificate that came with the request. */
interface FoundPayment {
  readonly place: Place;
  readonly payee: PayeeCertificate;
}

/**
 * @param requestHash base64url
 * @throws {RefusedError} NOT_FOUND; OFFLINE_PAYEE_UNTRUSTED when the request came without a certificate, because then nobody can
 * tell who signed
 */
async function findPayment(
  store: Store,
  issuers: readonly TrustedIssuer[],
  requestHash: string,
): Promise<FoundPayment> {
  const payment = (await payments.list(store)).find((entry) => entry.requestHash === requestHash);
  if (payment === undefined)
    throw new RefusedError({
      code: 'NOT_FOUND',
      message: 'The device has made no payment to which this belongs.',
      details: { requestHash },
    });
  const place = placeOf(payment);
  const payee = (await asked.get(store, ...place))?.payee ?? '';
  return withRefusedErrors(() => {
    ensure(payee !== '', 'OFFLINE_PAYEE_UNTRUSTED', { field: 'payee' });
    return { place, payee: verifyPayeeCertificate(fromBase64(payee), issuers) };
  });
}

/** @throws {RefusedError} IDEMPOTENCY_CONFLICT when the terminal stated the opposite before. Its first statement counts. */
async function ensureNotStated(
  store: Store,
  other: typeof receipts | typeof cancellations,
  place: Place,
): Promise<void> {
  if ((await other.get(store, ...place)) !== undefined)
    throw new RefusedError({
      code: 'IDEMPOTENCY_CONFLICT',
      message: 'The terminal has already stated the opposite about this payment.',
      details: { epoch: Number(place[0]), counter: Number(place[1]) },
    });
}

const payloadOf = (purpose: 'offpay/receipt' | 'offpay/cancellation', bytes: Uint8Array): Buffer =>
  parseCose(purpose, bytes).payload;

/**
 * @param epochs of the device
 * @returns the change that keeps a receipt
 * @throws {RefusedError} NOT_FOUND, OFFLINE_MALFORMED, OFFLINE_PAYEE_UNTRUSTED, OFFLINE_SIGNATURE_INVALID, OFFLINE_REQUEST_MISMATCH
 * for a receipt of another voucher, IDEMPOTENCY_CONFLICT
 */
export async function receiptChange(
  store: Store,
  issuers: readonly TrustedIssuer[],
  epochs: readonly Epoch[],
  bytes: Uint8Array,
): Promise<Change> {
  const stated = withRefusedErrors(() => decodeReceipt(payloadOf('offpay/receipt', bytes)));
  const hash = bytesToText(stated.requestHash);
  const { place, payee } = await findPayment(store, issuers, hash);
  withRefusedErrors(() => {
    verifyReceipt(bytes, payee);
    const answer = epochs
      .map(({ state }) => state.answers[hash])
      .find((text) => text !== undefined);
    const own = voucherDigest(textToBytes(answer ?? ''));
    ensure(own.equals(stated.voucherDigest), 'OFFLINE_REQUEST_MISMATCH', { field: 'voucher' });
  });
  await ensureNotStated(store, cancellations, place);
  return receipts.put(toBase64(bytes), ...place);
}

/**
 * @returns the change that keeps a cancellation
 * @throws {RefusedError} NOT_FOUND, OFFLINE_MALFORMED, OFFLINE_PAYEE_UNTRUSTED, OFFLINE_SIGNATURE_INVALID, IDEMPOTENCY_CONFLICT
 */
export async function cancellationChange(
  store: Store,
  issuers: readonly TrustedIssuer[],
  bytes: Uint8Array,
): Promise<Change> {
  const stated = withRefusedErrors(() =>
    decodeCancellation(payloadOf('offpay/cancellation', bytes)),
  );
  const hash = bytesToText(stated.requestHash);
  const { place, payee } = await findPayment(store, issuers, hash);
  withRefusedErrors(() => verifyCancellation(bytes, payee));
  await ensureNotStated(store, receipts, place);
  return cancellations.put(toBase64(bytes), ...place);
}

/** What a device keeps of one payment. */
export interface KeptEvidence {
  readonly payment: PaymentHistory;
  /** The signed request. Undefined for payments that an earlier version made without keeping it. */
  readonly request: Buffer | undefined;
  readonly payee: Buffer | undefined;
  readonly presented: Presented;
  readonly receipt: Buffer | undefined;
  readonly cancellation: Buffer | undefined;
  /** All of it in one piece, for `Terminal.importPayment` of a till that lost its records. Undefined without a receipt. */
  readonly bytes: Buffer | undefined;
}

const optional = (text: string | null | undefined): Buffer | undefined =>
  text == null ? undefined : fromBase64(text);

/** @returns the evidence of a payment, or undefined when its voucher never left the device. */
export async function evidenceOf(
  store: Store,
  payment: PaymentHistory,
): Promise<KeptEvidence | undefined> {
  const place = placeOf(payment);
  const shown = await handed.get(store, ...place);
  if (shown === undefined) return undefined;
  const record = await asked.get(store, ...place);
  const request = optional(record?.request);
  const bytes = fromBase64(shown);
  const presented = withRefusedErrors(() =>
    request === undefined
      ? decodePresented(bytes)
      : unpackPayment(bytes, parseCose('offpay/payment-request', request).payload),
  );
  const payee = optional(record?.payee);
  const receipt = optional(await receipts.get(store, ...place));
  const isWhole = request !== undefined && payee !== undefined && receipt !== undefined;
  return {
    payment,
    presented,
    request,
    payee,
    receipt,
    cancellation: optional(await cancellations.get(store, ...place)),
    bytes: isWhole ? encodePaymentEvidence({ ...presented, request, payee, receipt }) : undefined,
  };
}

/** @returns every voucher that its payee cancelled, in the form of `offline.cancel`. */
export async function readCancelled(
  store: Store,
  { customerId, deviceId }: Pick<DeviceCertificate, 'customerId' | 'deviceId'>,
): Promise<readonly CancelledVoucher[]> {
  const cancelled: CancelledVoucher[] = [];
  for (const payment of await readHistory(store)) {
    const evidence = payment.state === 'cancelled' ? await evidenceOf(store, payment) : undefined;
    const { request, payee, cancellation, presented } = evidence ?? {};
    if (!request || !payee || !cancellation || !presented) continue;
    cancelled.push({
      customerId,
      deviceId,
      epoch: payment.epoch,
      amount: payment.amount,
      voucher: toBase64(presented.voucher),
      request: toBase64(request),
      cancellation: toBase64(cancellation),
      payee: toBase64(payee),
    });
  }
  return cancelled;
}
