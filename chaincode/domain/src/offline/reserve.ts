// SPDX-License-Identifier: Apache-2.0
// The money of one reserve. The bank's certificates open it and top it up, vouchers pay it out, and it is closed after its
// claim-until time. Every function returns a new row and asserts that no money appears or vanishes.
import { ensure } from '../base/errors.js';
import { addAmounts, subtractAmounts, toAmount, toUnits, type Amount } from '../base/money.js';
import { CLOCK_TOLERANCE_SECONDS } from '../base/clock-tolerance.js';
import { keysOf } from '../base/keys-of.js';
import type { CounterEntry, ReportedDevice, ReserveRow } from '../ledger/offline-rows.js';
import { allowanceOf, type Allowance } from './allowance.js';
import { withEntry } from './counter-entry.js';
import { spkiOfPoint } from './device-key.js';
import { bytesToText } from './digest-text.js';
import type { DeviceCertificate } from './objects.js';
import { isClaimingOver } from './payment-rules.js';

/** The rest of the reserve: neither paid out nor given back. */
export const standing = (reserve: Pick<ReserveRow, 'funded' | 'settled' | 'returned'>): Amount =>
  [reserve.settled, reserve.returned].reduce(subtractAmounts, reserve.funded);

/** Asserts what every reserve must satisfy after every step. */
function assertReserve(reserve: ReserveRow): ReserveRow {
  const { funded, settled, returned } = reserve;
  const sound = toUnits(settled) + toUnits(returned) <= toUnits(funded);
  ensure(sound, 'INTERNAL', { invariant: 'reserve' });
  return reserve;
}

/** The certificate's grant, in the form of the row. */
const granted = (certificate: DeviceCertificate) => ({
  funded: toAmount(certificate.total),
  perPayment: toAmount(certificate.perPayment),
  highestCounter: certificate.highestCounter,
  spendUntil: certificate.spendUntil,
  claimUntil: certificate.claimUntil,
});

/**
 * Opens a reserve with the first certificate of an epoch. The account pays in the certificate's total.
 * @throws {DomainError} OFFLINE_CERTIFICATE_MISMATCH when the certificate is not the first.
 */
export function openReserve(certificate: DeviceCertificate, digest: Uint8Array): ReserveRow {
  const { customerId, deviceId, bankId, epoch, currency, sequence } = certificate;
  ensure(sequence === 0, 'OFFLINE_CERTIFICATE_MISMATCH', { field: 'sequence', expected: 0 });
  return assertReserve({
    customerId,
    deviceId,
    bankId,
    epoch,
    currency,
    publicKey: spkiOfPoint(certificate.deviceKey),
    certificates: [bytesToText(digest)],
    ...granted(certificate),
    settled: '0',
    returned: '0',
    status: 'active',
    reported: null,
    counters: [],
    cancelled: [],
    compensated: '0',
  });
}

/** Fields that no top-up may lower, on the ledger and in the device that keeps the certificate. */
export const NEVER_LOWERED = [
  'total',
  'perPayment',
  'highestCounter',
  'spendUntil',
  'claimUntil',
] as const satisfies readonly (keyof Allowance)[];

/** The fields of the row that a top-up may not change, from the certificate. */
const identityOf = (certificate: DeviceCertificate) => ({
  customerId: certificate.customerId,
  deviceId: certificate.deviceId,
  bankId: certificate.bankId,
  epoch: certificate.epoch,
  currency: certificate.currency,
  publicKey: spkiOfPoint(certificate.deviceKey),
});

function differingField(reserve: ReserveRow, certificate: DeviceCertificate): string | undefined {
  const identity = identityOf(certificate);
  return keysOf(identity).find((name) => reserve[name] !== identity[name]);
}

function loweredField(reserve: ReserveRow, certificate: DeviceCertificate): string | undefined {
  const before = allowanceOf(reserve);
  return NEVER_LOWERED.find((field) => certificate[field] < before[field]);
}

/**
 * Raises a reserve by the next certificate of its epoch.
 * @returns the row, and the amount that the account pays in.
 * @throws {DomainError} OFFLINE_RESERVE_INACTIVE, or OFFLINE_CERTIFICATE_MISMATCH when the certificate is for another device
 * or epoch, is out of sequence, or lowers what earlier vouchers rely on.
 */
export function topUpReserve(
  reserve: ReserveRow,
  certificate: DeviceCertificate,
  digest: Uint8Array,
): { reserve: ReserveRow; paidIn: Amount } {
  ensure(reserve.status === 'active', 'OFFLINE_RESERVE_INACTIVE', { status: reserve.status });
  const field =
    differingField(reserve, certificate) ??
    loweredField(reserve, certificate) ??
    (certificate.sequence === reserve.certificates.length ? undefined : 'sequence');
  ensure(field === undefined, 'OFFLINE_CERTIFICATE_MISMATCH', { field });
  const next = assertReserve({
    ...reserve,
    ...granted(certificate),
    certificates: [...reserve.certificates, bytesToText(digest)],
  });
  return { reserve: next, paidIn: subtractAmounts(next.funded, reserve.funded) };
}

/** Pays out one voucher. The caller has already decided that it may be paid. */
export const payOut = (reserve: ReserveRow, entry: CounterEntry): ReserveRow =>
  assertReserve({
    ...reserve,
    settled: addAmounts(reserve.settled, entry.amount),
    counters: withEntry(reserve.counters, entry),
  });

/** Cancels a voucher: the reserve remembers it and never pays it, and its money leaves the reserve. */
export const cancelEntry = (reserve: ReserveRow, entry: CounterEntry): ReserveRow =>
  assertReserve({
    ...reserve,
    returned: addAmounts(reserve.returned, entry.amount),
    counters: withEntry(reserve.counters, entry),
    cancelled: [...reserve.cancelled, entry.counter],
  });

/**
 * Freezes the reserve of a device that spent twice, so that no top-up is possible. A closed or a revoked reserve stays so:
 * nobody knows who spent with a reported device.
 */
export const freezeReserve = (reserve: ReserveRow): ReserveRow =>
  reserve.status === 'active' ? { ...reserve, status: 'frozen' } : reserve;

/** Freezes the reserve also of a reported device: a proof shows that the owner spent twice before the report. */
export const convictReserve = (reserve: ReserveRow): ReserveRow =>
  reserve.status === 'closed' ? reserve : { ...reserve, status: 'frozen' };

/** Takes the freeze back: the double spend does not count against the owner any more. */
export const acquitReserve = (reserve: ReserveRow): ReserveRow =>
  reserve.status === 'frozen'
    ? { ...reserve, status: reserve.reported === null ? 'active' : 'revoked' }
    : reserve;

/** Records that the device is lost or withdrawn, or that a bulletin names a frozen one. The first report counts. */
export const reportReserve = (reserve: ReserveRow, reported: ReportedDevice): ReserveRow => ({
  ...reserve,
  status: reserve.status === 'active' ? 'revoked' : reserve.status,
  reported: reserve.reported ?? reported,
});

/**
 * Empties a reserve after everybody could settle. It waits longer by the tolerance of clocks, for batches that are still on
 * their way.
 * @throws {DomainError} OFFLINE_CLAIM_OPEN before claim-until has passed; OFFLINE_RESERVE_INACTIVE when the reserve is
 * closed.
 */
export function closeReserve(
  reserve: ReserveRow,
  now: number,
): { reserve: ReserveRow; rest: Amount } {
  ensure(reserve.status !== 'closed', 'OFFLINE_RESERVE_INACTIVE', { status: reserve.status });
  ensure(isClaimingOver(now - CLOCK_TOLERANCE_SECONDS, reserve), 'OFFLINE_CLAIM_OPEN', {
    claimUntil: reserve.claimUntil,
  });
  const rest = standing(reserve);
  const returned = addAmounts(reserve.returned, rest);
  return { reserve: assertReserve({ ...reserve, returned, status: 'closed' }), rest };
}
