// SPDX-License-Identifier: Apache-2.0
// Money between an account and the reserves of devices: funding, topping up, revoking, returning, moving to another device.
import {
  ensure,
  found,
  isRevokedBy,
  reserves,
  toAmount,
  type Bulletin,
  type ParsedInputOf as InputOf,
  type ReportedDevice,
  type ReserveKey,
  type ReserveRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { credit } from '../shared/accounts.js';
import { setAside } from '../shared/placing.js';
import { putReserve, reserveRow, reservesOf, reserveSubject } from '../shared/reserves.js';
import { policyRow } from '../shared/rows.js';
import { emptyReserve } from './emptying.js';
import { ensureGrantable, isSameReserve, readGrant, type Grant } from './granting.js';
import { readIssuedBulletin, replaceBulletin } from './issued.js';

const sameEpoch = ({ held, existing }: Grant): ReserveRow | undefined =>
  existing.find((reserve) => isSameReserve(reserve, held.certificate));

/** Writes a reserve and puts its state into the event. */
function keep(call: Call, reserve: ReserveRow): ReserveRow {
  putReserve(call, reserve);
  call.tell({ subject: reserveSubject(reserve), state: reserve.status });
  return reserve;
}

/** Opens the reserve of a grant. The caller takes care of where the money comes from. */
async function open(call: Call, grant: Grant): Promise<ReserveRow> {
  const { epoch } = grant.held.certificate;
  ensure(sameEpoch(grant) === undefined, 'IDEMPOTENCY_CONFLICT', { epoch });
  await ensureGrantable(call, grant);
  return keep(call, reserves.openReserve(grant.held.certificate, grant.held.digest));
}

export async function fund(call: Call<InputOf<'offline', 'fund'>>) {
  const grant = await readGrant(call, call.input, call.input.certificate);
  const { customerId, currency, funded } = await open(call, grant);
  await setAside(call, customerId, { currency, amount: funded });
  return { funded };
}

export async function topUp(call: Call<InputOf<'offline', 'topUp'>>) {
  const { sequence, certificate } = call.input;
  const grant = await readGrant(call, call.input, certificate);
  const before = found(sameEpoch(grant), 'NOT_FOUND', { row: 'reserve' });
  const held = grant.held.certificate;
  ensure(held.sequence === sequence, 'OFFLINE_CERTIFICATE_MISMATCH', { field: 'sequence' });
  await ensureGrantable(call, grant);
  const { reserve, paidIn } = reserves.topUpReserve(before, held, grant.held.digest);
  const { customerId, currency } = reserve;
  await setAside(call, customerId, { currency, amount: paidIn });
  return { funded: keep(call, reserve).funded };
}

export async function closeReserve(call: Call<ReserveKey>) {
  const before = await reserveRow(call, call.input);
  const { reserve, returned } = await emptyReserve(call, before);
  await credit(call, reserve.customerId, reserve.currency, returned);
  keep(call, reserve);
  return { returned };
}

/** The report of a device: since when, and until when somebody may not know of it. */
async function reportOf(call: Call, number: number): Promise<ReportedDevice> {
  const { bulletinSeconds, clockToleranceSeconds } = (await policyRow(call)).offline;
  return { number, at: call.now, staleAt: call.now + bulletinSeconds + clockToleranceSeconds };
}

/** A bulletin that names the whole device applies to all of its reserves. */
async function reservesNamedBy(
  call: Call,
  bulletin: Bulletin,
  before: ReserveRow,
): Promise<ReserveRow[]> {
  const all = await reservesOf(call, before.customerId, before.deviceId);
  return all.filter(
    (each) =>
      isSameReserve(each, before) || (each.status !== 'closed' && isRevokedBy(bulletin, each)),
  );
}

/** Terminals with an older bulletin could not know, so their vouchers are still paid. */
export async function revokeReserve(call: Call<InputOf<'offline', 'revokeReserve'>>) {
  const before = await reserveRow(call, call.input);
  const issued = await readIssuedBulletin(call, before.bankId, call.input.bulletin);
  const { number } = issued.bulletin;
  if (before.reported !== null) {
    ensure(before.reported.number === number, 'IDEMPOTENCY_CONFLICT', {
      number: before.reported.number,
    });
    return { number };
  }
  ensure(before.status !== 'closed', 'OFFLINE_RESERVE_INACTIVE', { status: before.status });
  ensure(isRevokedBy(issued.bulletin, before), 'INPUT_INVALID', { field: 'bulletin.revoked' });
  const current = await call.store.get('bulletin', before.bankId);
  ensure(number > (current?.number ?? -1), 'STATE_CONFLICT', { number: current?.number });
  await replaceBulletin(call, issued, call.input.bulletin, before);
  const reported = await reportOf(call, number);
  for (const reserve of await reservesNamedBy(call, issued.bulletin, before))
    keep(call, reserves.reportReserve(reserve, reported));
  return { number };
}

/** All payments of the lost device are settled by now, so the rest belongs to the customer again. */
export async function reissue(call: Call<InputOf<'offline', 'reissue'>>) {
  const { customerId, lostDeviceId, lostEpoch, certificate } = call.input;
  const lost = await reserveRow(call, { customerId, deviceId: lostDeviceId, epoch: lostEpoch });
  const grant = await readGrant(call, call.input, certificate);
  ensure(lost.status === 'revoked', 'OFFLINE_RESERVE_INACTIVE', { status: lost.status });
  const { reserve: closed, returned } = await emptyReserve(call, lost);
  const { total, currency } = grant.held.certificate;
  const same = toAmount(total) === returned && currency === lost.currency;
  ensure(same, 'OFFLINE_CERTIFICATE_MISMATCH', { field: 'total', expected: returned, currency });
  putReserve(call, closed);
  const existing = grant.existing.map((each) => (isSameReserve(each, closed) ? closed : each));
  const { funded } = await open(call, { ...grant, existing });
  return { funded };
}
