// SPDX-License-Identifier: Apache-2.0
// What a bank signed, held against its issuers on the ledger: device certificates and bulletins.
import {
  isSame,
  decodeBulletin,
  ensure,
  parseCose,
  verifyBulletin,
  verifyDeviceCertificate,
  type Bulletin,
  type CosePurpose,
  type HeldCertificate,
  type RegisteredIssuerRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { findReserve } from '../shared/reserves.js';
import { policyRow } from '../shared/rows.js';

export const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');

export const base64Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/** The issuer that the signature names, if the bank registered it: at most one. */
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

/** What a bank signed may be repeated after its issuer was retired; only what is new needs one that is not. */
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
export async function issuedCertificate(
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
 * @throws {DomainError} OFFLINE_MALFORMED, OFFLINE_SIGNATURE_INVALID, OFFLINE_WRONG_CHANNEL, or INPUT_INVALID when it tells
 * terminals another policy than the ledger's.
 */
export async function issuedBulletin(
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

type Revoked = Bulletin['revoked'];

const nameOf = ({ customerId, deviceId, epoch }: Revoked[number]): string =>
  `${customerId}/${deviceId}/${epoch.toString()}`;

const namesOf = (revoked: Revoked): ReadonlySet<string> => new Set(revoked.map(nameOf));

/** Whether nobody can be deceived by its absence: the device may not spend any more. */
async function isOver(call: Call, { epoch, ...device }: Revoked[number]): Promise<boolean> {
  if (epoch === 'all') return false;
  const reserve = await findReserve(call, { ...device, epoch });
  return reserve === undefined || reserve.spendUntil < call.now;
}

/**
 * Requests that know a bulletin are judged by all revocations up to it, so none may vanish from the next while the device
 * could still spend.
 */
async function ensureComplete(call: Call, before: Revoked, after: Revoked): Promise<void> {
  const names = namesOf(after);
  for (const entry of before.filter((revocation) => !names.has(nameOf(revocation))))
    ensure(await isOver(call, entry), 'INPUT_INVALID', {
      field: 'bulletin.revoked',
      missing: nameOf(entry),
    });
}

/** The same number may be issued again, later, so that terminals see how fresh it is: but not with other devices. */
function ensureNewer(current: Bulletin, next: Bulletin): void {
  const again = next.number === current.number && next.issuedAt > current.issuedAt;
  ensure(again || next.number > current.number, 'STATE_CONFLICT', { number: current.number });
  const same = isSame(next.revoked, current.revoked);
  ensure(!again || same, 'STATE_CONFLICT', { number: current.number, field: 'revoked' });
}

/** It was verified when it was written. */
const decodeStored = (base64: string): Bulletin =>
  decodeBulletin(parseCose('offpay/bulletin', bytesOf(base64)).payload);

/**
 * Puts a verified bulletin in the place of the last.
 * @throws {DomainError} OFFLINE_ISSUER_RETIRED, STATE_CONFLICT, INPUT_INVALID.
 */
export async function publish(call: Call, issued: IssuedBulletin, base64: string): Promise<void> {
  ensureInForce(issued);
  const { bulletin } = issued;
  const { bankId, number, issuedAt } = bulletin;
  const row = await call.store.get('bulletin', bankId);
  if (row !== undefined) {
    const current = decodeStored(row.bulletin);
    ensureNewer(current, bulletin);
    await ensureComplete(call, current.revoked, bulletin.revoked);
  }
  call.store.put('bulletin', { bankId, number, issuedAt, bulletin: base64 });
}
