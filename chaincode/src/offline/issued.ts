// SPDX-License-Identifier: Apache-2.0
// Device certificates and bulletins, verified with the bank's issuers on the ledger.
import {
  changesBetween,
  CLOCK_TOLERANCE_SECONDS,
  decodeBulletin,
  ensure,
  isSame,
  nameOfRevocation,
  parseCose,
  verifyBulletin,
  verifyDeviceCertificate,
  withBearer,
  type Bulletin,
  type CosePurpose,
  type HeldCertificate,
  type RegisteredIssuerRow,
  type ReserveRow,
  type Revocation,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { findReserve, reservesOf } from '../shared/reserves.js';
import { policyRow } from '../shared/rows.js';

export const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');

export const base64Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/** The issuer that the signature names, if the bank registered it. At most one. */
export async function issuersOf(
  call: Call,
  bankId: string,
  purpose: CosePurpose,
  bytes: Uint8Array,
): Promise<RegisteredIssuerRow[]> {
  const kid = parseCose(purpose, bytes).kid?.toString('hex') ?? '';
  const issuer = await call.store.get('issuer', bankId, kid);
  return issuer === undefined ? [] : [issuer];
}

const isRetired = ({ retired }: RegisteredIssuerRow): boolean => retired !== null;

/**
 * A bank's signed object and its issuer. A repetition may come after the issuer was retired, but a new object needs an
 * issuer that is not.
 */
interface Issued {
  readonly isRetired: boolean;
}

/** @throws {DomainError} OFFLINE_ISSUER_RETIRED */
export const ensureInForce = (issued: Issued): void =>
  ensure(!issued.isRetired, 'OFFLINE_ISSUER_RETIRED');

export interface IssuedCertificate extends Issued {
  readonly held: HeldCertificate;
}

export interface IssuedBulletin extends Issued {
  readonly bulletin: Bulletin;
}

/** @throws {DomainError} OFFLINE_MALFORMED or OFFLINE_CERTIFICATE_FORGED. */
export async function readIssuedCertificate(
  call: Call,
  bankId: string,
  base64: string,
): Promise<IssuedCertificate> {
  const bytes = bytesOf(base64);
  const issuers = await issuersOf(call, bankId, 'offpay/device-certificate', bytes);
  const held = verifyDeviceCertificate(bytes, issuers);
  return { held, isRetired: issuers.some(isRetired) };
}

/**
 * @throws {DomainError} OFFLINE_MALFORMED, OFFLINE_SIGNATURE_INVALID, OFFLINE_WRONG_CHANNEL, or INPUT_INVALID when its
 * policy is not the ledger's.
 */
export async function readIssuedBulletin(
  call: Call,
  bankId: string,
  base64: string,
): Promise<IssuedBulletin> {
  const bytes = bytesOf(base64);
  const issuers = await issuersOf(call, bankId, 'offpay/bulletin', bytes);
  const bulletin = verifyBulletin(bytes, issuers);
  ensure(bulletin.channel === call.channel, 'OFFLINE_WRONG_CHANNEL', { channel: bulletin.channel });
  const { offline } = await policyRow(call);
  ensure(isSame(bulletin.policy, offline), 'INPUT_INVALID', {
    field: 'bulletin.policy',
    version: offline.version,
  });
  return { bulletin, isRetired: issuers.some(isRetired) };
}

/** Whether the revocation may be left out, because the device cannot spend any more. */
async function isOver(call: Call, { epoch, ...device }: Revocation): Promise<boolean> {
  const isPast = ({ spendUntil }: Pick<ReserveRow, 'spendUntil'>): boolean =>
    spendUntil < call.now - CLOCK_TOLERANCE_SECONDS;
  if (epoch === 'all')
    return (await reservesOf(call, device.customerId, device.deviceId)).every(isPast);
  const reserve = await findReserve(call, { ...device, epoch });
  return reserve === undefined || isPast(reserve);
}

/** A device that could still spend must stay in the list. @throws {DomainError} INPUT_INVALID with the first missing one. */
async function ensureComplete(call: Call, removed: readonly Revocation[]): Promise<void> {
  for (const entry of removed)
    ensure(await isOver(call, entry), 'INPUT_INVALID', {
      field: 'bulletin.revoked',
      missing: nameOfRevocation(entry),
    });
}

type Device = Pick<Revocation, 'customerId' | 'deviceId'>;

/** A bulletin may add a device only in the transaction that reports its reserves, so that ledger and bulletin always agree. */
function ensureReported(added: readonly Revocation[], device: Device | undefined): void {
  const stranger = added.find(
    ({ customerId, deviceId }) => customerId !== device?.customerId || deviceId !== device.deviceId,
  );
  ensure(stranger === undefined, 'INPUT_INVALID', {
    field: 'bulletin.revoked',
    added: stranger && nameOfRevocation(stranger),
  });
}

/** The same bulletin again with a later time: it shows terminals that the bulletin is still current. */
const isFresh = (current: Bulletin, next: Bulletin): boolean =>
  next.number === current.number &&
  next.issuedAt > current.issuedAt &&
  isSame(next.policy, current.policy);

const isRisen = (current: Bulletin, next: Bulletin): boolean =>
  next.number === current.number + 1 && next.issuedAt >= current.issuedAt;

/** Numbers rise by one, so that nobody can use them up, and times rise with them. The first number is 0 or 1. */
function ensureNext(current: Bulletin | undefined, next: Bulletin): void {
  const follows =
    current === undefined ? next.number <= 1 : isRisen(current, next) || isFresh(current, next);
  ensure(follows, 'STATE_CONFLICT', { number: current?.number });
}

/** Terminals compute a bulletin's age from its time, so the time must be right. */
function ensureDated(call: Call, { issuedAt, policy }: Bulletin): void {
  const tolerance = policy.clockToleranceSeconds + CLOCK_TOLERANCE_SECONDS;
  ensure(Math.abs(issuedAt - call.now) <= tolerance, 'OFFLINE_CLOCK_WRONG', { issuedAt });
}

/** Decodes a stored bulletin. It was verified when it was written. */
export const decodeStored = (base64: string): Bulletin =>
  decodeBulletin(parseCose('offpay/bulletin', bytesOf(base64)).payload);

/**
 * Replaces the last bulletin with a verified one.
 * @param device the device whose reserves the same transaction reports
 * @throws {DomainError} OFFLINE_ISSUER_RETIRED, OFFLINE_CLOCK_WRONG, STATE_CONFLICT, INPUT_INVALID.
 */
export async function replaceBulletin(
  call: Call,
  issued: IssuedBulletin,
  base64: string,
  device?: Device,
): Promise<void> {
  ensureInForce(issued);
  const { bulletin } = issued;
  const { bankId, number, issuedAt, policy } = bulletin;
  const row = await call.store.get('bulletin', bankId);
  const current = row && decodeStored(row.bulletin);
  ensureNext(current, bulletin);
  ensureDated(call, bulletin);
  const { added, removed } = changesBetween(current?.revoked ?? [], bulletin.revoked);
  const isChanged = added.length + removed.length > 0;
  ensure(!isChanged || number !== current?.number, 'STATE_CONFLICT', { number, field: 'revoked' });
  ensureReported(added, device);
  await ensureComplete(call, removed);
  const bearers = withBearer(row?.bearers ?? [], number, policy);
  call.store.put('bulletin', { bankId, number, issuedAt, bulletin: base64, bearers });
  if (current !== undefined && number !== current.number)
    call.store.put('bulletinChange', { bankId, number, added, removed });
}
