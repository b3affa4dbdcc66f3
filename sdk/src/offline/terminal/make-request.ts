// SPDX-License-Identifier: Apache-2.0
// Payment requests: one for each order number, shown again until it expires.
import {
  capsOf,
  encodePaymentRequest,
  ensure,
  identifier,
  isAtLeast,
  isCurrency,
  isStale,
  NONCE_SALT_BYTES,
  pointOfSpki,
  requestNonce,
  signCose,
  toUnits,
  type Amount,
  type Bulletin,
  type Currency,
  type PaymentRequest,
} from '@fabric-offline-pay/domain';
import { RefusedError } from '../../errors.js';
import { toBase64 } from '../base64.js';
import type { OfflineKey } from '../key/offline-key.js';
import { randomBytes } from '../random.js';
import { withRefusedErrors } from '../with-refused-errors.js';
import type { RequestRecord } from './records.js';

/** Who asks, and how long the request is valid. */
export interface Till {
  readonly channel: string;
  readonly merchantId: string;
  readonly terminalId: string;
  readonly key: OfflineKey;
  readonly requestSeconds: number;
}

/** What a terminal asks a device for. */
export interface RequestInput {
  /** The merchant's own number. Asking for it again shows the stored request again. */
  readonly orderNumber: string;
  /** Minor units. */
  readonly amount: Amount;
  readonly currency: Currency;
  /** Hex digest of the order terms that the customer agreed to. Without it, the customer takes the goods along. */
  readonly termsDigest?: string;
  /** The payer's bank. Needed only when the terminal has bulletins of several banks. */
  readonly bankId?: string;
}

const DIGEST = /^[0-9a-f]{64}$/;

/** @throws {RefusedError} INPUT_INVALID naming the field */
export const ensureInput = ({ orderNumber, amount, currency, termsDigest }: RequestInput): void =>
  withRefusedErrors(() => {
    const { success } = identifier.safeParse(orderNumber);
    ensure(success, 'INPUT_INVALID', { field: 'orderNumber', reason: 'no identifier' });
    ensure(toUnits(amount) > 0n, 'INPUT_INVALID', { field: 'amount', reason: 'nothing' });
    ensure(isCurrency(currency), 'INPUT_INVALID', { field: 'currency', currency });
    const isDigest = termsDigest === undefined || DIGEST.test(termsDigest);
    ensure(isDigest, 'INPUT_INVALID', { field: 'termsDigest', reason: 'must be SHA-256 in hex' });
  });

/** @throws {RefusedError} IDEMPOTENCY_CONFLICT naming the field that differs */
export function ensureSame(record: RequestRecord, input: RequestInput): void {
  const asked = { ...input, termsDigest: input.termsDigest ?? null };
  const fields = ['amount', 'currency', 'termsDigest'] as const;
  const field = fields.find((name) => record[name] !== asked[name]);
  if (field !== undefined)
    throw new RefusedError({
      code: 'IDEMPOTENCY_CONFLICT',
      message: 'The terminal has already asked for this order number with other content.',
      details: { orderNumber: input.orderNumber, field },
    });
}

/** @returns the bulletins of the payer's bank, or all when the input names no bank. */
export const bulletinsFor = (
  known: readonly Bulletin[],
  input: RequestInput,
): readonly Bulletin[] => known.filter(({ bankId }) => bankId === (input.bankId ?? bankId));

/** @throws {RefusedError} OFFLINE_BULLETIN_MISSING unless there is exactly one */
export const theBulletin = (bulletins: readonly Bulletin[]): Bulletin =>
  withRefusedErrors(() => {
    const [bulletin] = bulletins;
    ensure(bulletin !== undefined && bulletins.length === 1, 'OFFLINE_BULLETIN_MISSING', {
      banks: bulletins.map(({ bankId }) => bankId),
    });
    return bulletin;
  });

/**
 * Refuses to ask for what the terminal could never accept.
 * @throws {RefusedError} OFFLINE_BULLETIN_STALE, OFFLINE_NOT_ALLOWED, OFFLINE_OVER_PAYMENT_CAP
 */
export const ensureAskable = (bulletin: Bulletin, input: RequestInput, now: number): void =>
  withRefusedErrors(() => {
    const age = now - bulletin.issuedAt;
    ensure(!isStale(bulletin, now), 'OFFLINE_BULLETIN_STALE', { age });
    const { currency } = input;
    const caps = capsOf(bulletin.policy, currency);
    ensure(caps !== undefined, 'OFFLINE_NOT_ALLOWED', { currency });
    const { perPayment } = caps;
    ensure(isAtLeast(perPayment, input.amount), 'OFFLINE_OVER_PAYMENT_CAP', { perPayment });
  });

const toRequest = (
  till: Till,
  input: RequestInput,
  bulletin: Bulletin,
  now: number,
): PaymentRequest => ({
  channel: till.channel,
  merchantId: till.merchantId,
  terminalId: till.terminalId,
  orderNumber: input.orderNumber,
  amount: toUnits(input.amount),
  currency: input.currency,
  nonce: requestNonce(pointOfSpki(till.key.publicKey), randomBytes(NONCE_SALT_BYTES)),
  bulletinNumber: bulletin.number,
  createdAt: now,
  expiresAt: now + till.requestSeconds,
  purpose:
    input.termsDigest === undefined
      ? { kind: 'goods' }
      : { kind: 'delivery', termsDigest: Buffer.from(input.termsDigest, 'hex') },
});

/** @throws {RefusedError} OFFLINE_MALFORMED for an amount that is too large for a request */
export async function makeRequest(
  till: Till,
  input: RequestInput,
  bulletin: Bulletin,
  now: number,
): Promise<RequestRecord> {
  const request = withRefusedErrors(() => toRequest(till, input, bulletin, now));
  const payload = withRefusedErrors(() => encodePaymentRequest(request));
  const bytes = await signCose('offpay/payment-request', payload, till.key.sign);
  return {
    orderNumber: input.orderNumber,
    amount: input.amount,
    currency: input.currency,
    termsDigest: input.termsDigest ?? null,
    expiresAt: request.expiresAt,
    bytes: toBase64(bytes),
    payload: toBase64(payload),
  };
}
