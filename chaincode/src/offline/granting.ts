// SPDX-License-Identifier: Apache-2.0
// The conditions of a device certificate before money is reserved for it: it must agree with the ledger, and stay within the
// policy and the customer's reputation (unit 7).
import {
  addAmounts,
  bytesToText,
  ensure,
  found,
  isAtLeast,
  offlineLimits,
  reserves,
  spkiOfPoint,
  toAmount,
  toUnits,
  type Amount,
  type DeviceCertificate,
  type OfflineCaps,
  type OfflinePolicy,
  type Policy,
  type ReserveKey,
  type ReserveRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { activeDevice } from '../shared/devices.js';
import { reservesOf } from '../shared/reserves.js';
import { policyRow } from '../shared/rows.js';
import { standingOf } from '../shared/standing.js';
import { ensureInForce, readIssuedCertificate, type IssuedCertificate } from './issued.js';

/** A certificate that asks for money, and the customer's existing reserves. */
export interface Grant extends IssuedCertificate {
  readonly digest: string;
  readonly existing: readonly ReserveRow[];
}

/** @throws {DomainError} OFFLINE_CERTIFICATE_FORGED and others. It does not check the policy yet. */
export async function readGrant(call: Call, key: ReserveKey, certificate: string): Promise<Grant> {
  const { bankId } = found(await call.store.get('customer', key.customerId), 'CUSTOMER_UNKNOWN');
  const issued = await readIssuedCertificate(call, bankId, certificate);
  const { held } = issued;
  ensureNames(held.certificate, key);
  ensure(held.certificate.channel === call.channel, 'OFFLINE_WRONG_CHANNEL', {
    channel: held.certificate.channel,
  });
  const existing = await reservesOf(call, key.customerId);
  return { ...issued, digest: bytesToText(held.digest), existing };
}

function ensureNames(certificate: DeviceCertificate, key: ReserveKey): void {
  const names = ['customerId', 'deviceId', 'epoch'] as const;
  const field = names.find((name) => certificate[name] !== key[name]);
  ensure(field === undefined, 'OFFLINE_CERTIFICATE_MISMATCH', { field });
}

async function ensureCustomer(call: Call, certificate: DeviceCertificate): Promise<void> {
  const { customerId } = certificate;
  const customer = await call.store.get('customer', customerId);
  ensure(customer?.status === 'active', 'CUSTOMER_BLOCKED', { customerId });
  const { publicKey } = await activeDevice(call, certificate);
  ensure(publicKey === spkiOfPoint(certificate.deviceKey), 'OFFLINE_CERTIFICATE_MISMATCH', {
    field: 'deviceKey',
  });
}

/** A customer that spent twice may not pay offline any more, whether or not the history is already folded. */
async function readCaps(
  call: Call,
  { customerId, currency }: DeviceCertificate,
  policy: Policy,
): Promise<OfflineCaps> {
  const standing = await standingOf(call, customerId);
  const frauds = await call.store.range('fraud', [customerId]);
  const isGuilty = frauds.some(({ value }) => value.blame === 'device');
  const limits = isGuilty ? undefined : offlineLimits(policy, standing, currency);
  return found(limits, 'OFFLINE_NOT_ALLOWED', { currency });
}

/** Merchants must always get the policy's full time to settle. */
function ensureTimes(certificate: DeviceCertificate, policy: OfflinePolicy, now: number): void {
  const { spendUntil, claimUntil } = certificate;
  const latest = now + policy.spendSeconds + policy.clockToleranceSeconds;
  ensure(spendUntil > now && spendUntil <= latest, 'OFFLINE_CERTIFICATE_MISMATCH', {
    field: 'spendUntil',
    latest,
  });
  ensure(claimUntil === spendUntil + policy.claimSeconds, 'OFFLINE_CERTIFICATE_MISMATCH', {
    field: 'claimUntil',
    claimSeconds: policy.claimSeconds,
  });
}

function ensureCaps(certificate: DeviceCertificate, caps: OfflineCaps, stands: Amount): void {
  ensure(isAtLeast(caps.perPayment, toAmount(certificate.perPayment)), 'OFFLINE_OVER_PAYMENT_CAP', {
    most: caps.perPayment,
  });
  ensure(isAtLeast(caps.total, stands), 'OFFLINE_OVER_TOTAL_CAP', { most: caps.total, stands });
}

/** @returns whether both belong to one device and epoch. The customer is the same. */
export const isSameReserve = (
  a: Pick<ReserveKey, 'deviceId' | 'epoch'>,
  b: Pick<ReserveKey, 'deviceId' | 'epoch'>,
): boolean => a.deviceId === b.deviceId && a.epoch === b.epoch;

/** A reported device is in every bulletin until its reserves have expired, so nobody would accept a new reserve of it. */
function ensureNotReported({ existing, held: { certificate } }: Grant, now: number): void {
  const reported = existing.find(
    ({ deviceId, reported: report, spendUntil }) =>
      deviceId === certificate.deviceId && report !== null && spendUntil >= now,
  );
  ensure(reported === undefined, 'OFFLINE_RESERVE_INACTIVE', { status: reported?.status });
}

/** The money that all reserves of the customer in this currency would then have, over all devices. */
function standingWith({ held: { certificate }, existing }: Grant): Amount {
  const others = existing.filter(({ currency }) => currency === certificate.currency);
  const same = others.find((reserve) => isSameReserve(reserve, certificate));
  const paidIn = certificate.total - toUnits(same?.funded ?? '0');
  const stands = addAmounts(...others.map(reserves.standing));
  return toAmount(toUnits(stands) + (paidIn > 0n ? paidIn : 0n));
}

/**
 * Checks a certificate against ledger, policy and reputation.
 * @throws {DomainError} OFFLINE_ISSUER_RETIRED, CUSTOMER_BLOCKED, DEVICE_UNKNOWN, OFFLINE_CERTIFICATE_MISMATCH,
 * OFFLINE_NOT_ALLOWED, OFFLINE_OVER_PAYMENT_CAP, OFFLINE_OVER_TOTAL_CAP.
 */
export async function ensureGrantable(call: Call, grant: Grant): Promise<void> {
  ensureInForce(grant);
  const { certificate } = grant.held;
  const policy = await policyRow(call);
  const { offline } = policy;
  await ensureCustomer(call, certificate);
  ensureNotReported(grant, call.now);
  ensure(certificate.policyVersion === offline.version, 'OFFLINE_CERTIFICATE_MISMATCH', {
    field: 'policyVersion',
    version: offline.version,
  });
  ensure(certificate.highestCounter <= offline.count, 'OFFLINE_CERTIFICATE_MISMATCH', {
    field: 'highestCounter',
    most: offline.count,
  });
  ensureTimes(certificate, offline, call.now);
  ensureCaps(certificate, await readCaps(call, certificate, policy), standingWith(grant));
}
