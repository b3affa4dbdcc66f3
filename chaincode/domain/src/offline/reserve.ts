// SPDX-License-Identifier: Apache-2.0
// The money of one reserve: opened and topped up by the bank's certificates, paid out by vouchers, closed after its
// claim-until. Every function returns a new row and asserts that nothing appears or vanishes.
import { ensure } from '../base/errors.js';
import { addAmounts, subtractAmounts, toAmount, toUnits, type Amount } from '../base/money.js';
import { CLOCK_TOLERANCE_SECONDS } from '../base/clock-tolerance.js';
import type { CounterEntry, ReportedDevice, ReserveRow } from '../ledger/offline-rows.js';
import { allowanceOf, type Allowance } from './allowance.js';
import { withEntry } from './counter-entry.js';
import { spkiOfPoint } from './device-key.js';
import { bytesToText } from './digest-text.js';
import type { DeviceCertificate } from './objects.js';
import { isClaimingOver } from './payment-rules.js';

/** What still stands: neither paid out nor given back. */
export const standing = (reserve: Pick<ReserveRow, 'funded' | 'settled' | 'returned'>): Amount =>
  [reserve.settled, reserve.returned].reduce(subtractAmounts, reserve.funded);

/** Asserts what every reserve must satisfy, whatever was done to it. */
function checked(reserve: ReserveRow): ReserveRow {
  const { funded, settled, returned } = reserve;
  const sound = toUnits(settled) + toUnits(returned) <= toUnits(funded);
  ensure(sound, 'INTERNAL', { invariant: 'reserve' });
  return reserve;
}

/** What the certificate says, as it stands in the row. */
const granted = (certificate: DeviceCertificate) => ({
  funded: toAmount(certificate.total),
  perPayment: toAmount(certificate.perPayment),
  highestCounter: certificate.highestCounter,
  spendUntil: certificate.spendUntil,
  claimUntil: certificate.claimUntil,
});

/**
 * Opens a reserve with the first certificate of an epoch, whose total is what the account pays in.
 * @throws {DomainError} OFFLINE_CERTIFICATE_MISMATCH when the certificate is not the first.
 */
export function openReserve(certificate: DeviceCertificate, digest: Uint8Array): ReserveRow {
  const { customerId, deviceId, bankId, epoch, currency, sequence } = certificate;
  ensure(sequence === 0, 'OFFLINE_CERTIFICATE_MISMATCH', { field: 'sequence', expected: 0 });
  return checked({
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

/** What no top-up may lower: on the ledger, and in the device that keeps the certificate. */
export const NEVER_LOWERED = [
  'total',
  'perPayment',
  'highestCounter',
  'spendUntil',
  'claimUntil',
] as const satisfies readonly (keyof Allowance)[];

/** The row's side of what a top-up may not change. */
const identityOf = (certificate: DeviceCertificate): Partial<ReserveRow> => ({
  customerId: certificate.customerId,
  deviceId: certificate.deviceId,
  bankId: certificate.bankId,
  epoch: certificate.epoch,
  currency: certificate.currency,
  publicKey: spkiOfPoint(certificate.deviceKey),
});

function differingField(reserve: ReserveRow, certificate: DeviceCertificate): string | undefined {
  const names = Object.entries(identityOf(certificate));
  return names.find(([name, value]) => reserve[name as keyof ReserveRow] !== value)?.[0];
}

function loweredField(reserve: ReserveRow, certificate: DeviceCertificate): string | undefined {
  const before = allowanceOf(reserve);
  return NEVER_LOWERED.find((field) => certificate[field] < before[field]);
}

/**
 * Raises a reserve by the next certificate of its epoch.
 * @returns the row, and what the account pays in.
 * @throws {DomainError} OFFLINE_RESERVE_INACTIVE, or OFFLINE_CERTIFICATE_MISMATCH when it is of another device or epoch,
 * out of sequence, or lowers what earlier vouchers rely on.
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
  const next = checked({
    ...reserve,
    ...granted(certificate),
    certificates: [...reserve.certificates, bytesToText(digest)],
  });
  return { reserve: next, paidIn: subtractAmounts(next.funded, reserve.funded) };
}

/** Pays one voucher out. What may be paid is decided before. */
export const payOut = (reserve: ReserveRow, entry: CounterEntry): ReserveRow =>
  checked({
    ...reserve,
    settled: addAmounts(reserve.settled, entry.amount),
    counters: withEntry(reserve.counters, entry),
  });

/** A voucher that its payee cancelled is remembered and never paid, and its money leaves the reserve. */
export const cancelEntry = (reserve: ReserveRow, entry: CounterEntry): ReserveRow =>
  checked({
    ...reserve,
    returned: addAmounts(reserve.returned, entry.amount),
    counters: withEntry(reserve.counters, entry),
    cancelled: [...reserve.cancelled, entry.counter],
  });

/**
 * The device spent twice: no top-up any more. What is closed stays closed, and of a device that was reported nobody knows who
 * spent.
 */
export const freezeReserve = (reserve: ReserveRow): ReserveRow =>
  reserve.status === 'active' ? { ...reserve, status: 'frozen' } : reserve;

/** It is proven that the owner spent twice, before the device was reported. */
export const convictReserve = (reserve: ReserveRow): ReserveRow =>
  reserve.status === 'closed' ? reserve : { ...reserve, status: 'frozen' };

/** Nobody is held to have spent twice any more. */
export const acquitReserve = (reserve: ReserveRow): ReserveRow =>
  reserve.status === 'frozen'
    ? { ...reserve, status: reserve.reported === null ? 'active' : 'revoked' }
    : reserve;

/** The device is lost or withdrawn, or a bulletin names a frozen one. The first report counts. */
export const reportReserve = (reserve: ReserveRow, reported: ReportedDevice): ReserveRow => ({
  ...reserve,
  status: reserve.status === 'active' ? 'revoked' : reserve.status,
  reported: reserve.reported ?? reported,
});

/**
 * Empties a reserve, after everybody could settle: whatever clock a batch came by that is under way yet.
 * @throws {DomainError} OFFLINE_CLAIM_OPEN before claim-until has passed; OFFLINE_RESERVE_INACTIVE when it is closed.
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
  return { reserve: checked({ ...reserve, returned, status: 'closed' }), rest };
}
