// SPDX-License-Identifier: Apache-2.0
// The terminal's side of a payment: whether to hand out the goods for a voucher, with no network. The caller must make the
// acceptance durable before it shows it.
import { DomainError, type ErrorCode } from '../base/errors.js';
import { toUnits } from '../base/money.js';
import { importDeviceKey } from '../base/signature.js';
import type { CounterEntry, OfflineCaps } from '../ledger/offline-rows.js';
import { isRevokedBy, isStale } from './bulletin.js';
import { findContradiction } from './contradiction.js';
import { counterEntry, isRemembered } from './counter-entry.js';
import type { KeyReader } from './device-key.js';
import { capsOf } from './limits.js';
import type { Bulletin, DeviceCertificate, PaymentRequest, Voucher } from './objects.js';
import { decodePaymentRequest, requestHash } from './payment-request.js';
import {
  answersRequest,
  isBeforeRequest,
  isOtherCurrency,
  isOverCount,
  isOverPaymentCap,
  isOverTotal,
  isRequestOver,
  isSpendingOver,
} from './payment-rules.js';
import { verifyDeviceCertificate, type TrustedIssuer } from './verify-issued.js';
import { verifyVoucher } from './verify-voucher.js';

/** What a terminal knows without a network. */
export interface TerminalView {
  readonly channel: string;
  readonly issuers: readonly TrustedIssuer[];
  /** The terminal's newest bulletin of the payer's bank, verified. */
  readonly bulletin: Bulletin;
  /** By the terminal's clock. */
  readonly now: number;
  /** The latest time that the terminal's clock has shown. A clock that went back since then is wrong. */
  readonly latest?: number;
  readonly keyOf?: KeyReader;
}

/** What the device handed over. */
export interface Presented {
  /** The signed certificate. */
  readonly certificate: Uint8Array;
  /** The signed voucher. */
  readonly voucher: Uint8Array;
}

/** An accepted payment, decoded. */
export interface AcceptedVoucher {
  readonly request: PaymentRequest;
  readonly certificate: DeviceCertificate;
  readonly certificateDigest: Uint8Array;
  readonly voucher: Voucher;
  readonly voucherDigest: Uint8Array;
  /** The entry to remember for this device and epoch. */
  readonly entry: CounterEntry;
}

interface Situation extends AcceptedVoucher {
  readonly terminal: TerminalView;
  readonly caps: OfflineCaps | undefined;
  readonly requestPayload: Uint8Array;
  readonly seen: readonly CounterEntry[];
}

type Refusal = readonly [ErrorCode, (situation: Situation) => boolean];

const tolerance = ({ terminal }: Situation): number =>
  terminal.bulletin.policy.clockToleranceSeconds;

/** Refusals when terminal, certificate, request and bulletin do not belong together. */
const BELONGING: readonly Refusal[] = [
  [
    'OFFLINE_WRONG_CHANNEL',
    ({ terminal, certificate, request }) =>
      [certificate.channel, request.channel, terminal.bulletin.channel].some(
        (channel) => channel !== terminal.channel,
      ),
  ],
  [
    'OFFLINE_BULLETIN_MISSING',
    ({ terminal, certificate, request }) =>
      terminal.bulletin.bankId !== certificate.bankId ||
      request.bulletinNumber > terminal.bulletin.number ||
      certificate.policyVersion > terminal.bulletin.policy.version,
  ],
  ['OFFLINE_WRONG_CURRENCY', (situation) => isOtherCurrency(situation, situation.certificate)],
  ['OFFLINE_NOT_ALLOWED', ({ caps }) => caps === undefined],
  [
    'OFFLINE_REQUEST_MISMATCH',
    (situation) => !answersRequest(situation, requestHash(situation.requestPayload)),
  ],
];

/** How far the terminal's clock is behind the bulletin, the terminal's own request, or the latest time that it showed. */
function secondsBehind({ terminal, request }: Situation): number {
  const { bulletin, latest = 0, now } = terminal;
  return Math.max(bulletin.issuedAt, request.createdAt, latest) - now;
}

/** The later of both clocks: neither may be past the end. */
const latest = ({ terminal, voucher }: Situation): number => Math.max(terminal.now, voucher.time);

/** Refusals because of a clock or a deadline. */
const TIMES: readonly Refusal[] = [
  [
    'OFFLINE_CLOCK_WRONG',
    (situation) => {
      const { voucher, request } = situation;
      const allowed = tolerance(situation);
      return secondsBehind(situation) > allowed || isBeforeRequest(voucher.time, request, allowed);
    },
  ],
  ['OFFLINE_BULLETIN_STALE', ({ terminal: { bulletin, now } }) => isStale(bulletin, now)],
  [
    'OFFLINE_CERTIFICATE_EXPIRED',
    (situation) => isSpendingOver(latest(situation), situation.certificate),
  ],
  ['OFFLINE_REQUEST_EXPIRED', (situation) => isRequestOver(latest(situation), situation.request)],
  [
    'OFFLINE_CLAIM_TOO_SHORT',
    ({ terminal, certificate }) =>
      certificate.claimUntil - terminal.now < terminal.bulletin.policy.acceptSeconds,
  ],
];

/** Refusals because the device may not spend this. */
const RISKS: readonly Refusal[] = [
  ['OFFLINE_REVOKED', ({ terminal, certificate }) => isRevokedBy(terminal.bulletin, certificate)],
  [
    'OFFLINE_OVER_PAYMENT_CAP',
    (situation) =>
      [situation.certificate.perPayment, toUnits(situation.caps?.perPayment ?? '0')].some(
        (perPayment) => isOverPaymentCap(situation, { perPayment }),
      ),
  ],
  ['OFFLINE_OVER_TOTAL_CAP', (situation) => isOverTotal(situation, situation.certificate)],
  ['OFFLINE_COUNTER_EXHAUSTED', (situation) => isOverCount(situation, situation.certificate)],
  ['OFFLINE_COUNTER_SEEN', ({ seen, entry }) => isRemembered(seen, entry)],
  ['OFFLINE_DOUBLE_SPEND', ({ seen, entry }) => findContradiction(seen, entry) !== undefined],
];

/** All refusals in order. The first one that applies counts. */
const REFUSALS: readonly Refusal[] = [...BELONGING, ...TIMES, ...RISKS];

/**
 * Decides whether the terminal accepts a voucher for its own request.
 * @param requestPayload the payload of the request that this terminal made and stored
 * @param seen what the terminal accepted from this device and epoch before, in order of counters
 * @throws {DomainError} the refusal: OFFLINE_MALFORMED, OFFLINE_CERTIFICATE_FORGED, OFFLINE_SIGNATURE_INVALID,
 * OFFLINE_CERTIFICATE_MISMATCH, or the first of the table that applies.
 */
export function acceptVoucher(
  terminal: TerminalView,
  requestPayload: Uint8Array,
  presented: Presented,
  seen: readonly CounterEntry[],
): AcceptedVoucher {
  const keyOf = terminal.keyOf ?? importDeviceKey;
  const request = decodePaymentRequest(requestPayload);
  const held = verifyDeviceCertificate(presented.certificate, terminal.issuers, keyOf);
  const { voucher, voucherDigest } = verifyVoucher(held, presented.voucher, keyOf);
  const accepted: AcceptedVoucher = {
    request,
    voucher,
    voucherDigest,
    certificate: held.certificate,
    certificateDigest: held.digest,
    entry: counterEntry(voucher, voucherDigest, request.amount),
  };
  const caps = capsOf(terminal.bulletin.policy, request.currency);
  const situation: Situation = { ...accepted, terminal, requestPayload, seen, caps };
  const refusal = REFUSALS.find(([, applies]) => applies(situation));
  if (refusal !== undefined)
    throw new DomainError(refusal[0], {
      customerId: held.certificate.customerId,
      deviceId: held.certificate.deviceId,
      counter: voucher.counter,
    });
  return accepted;
}
