// SPDX-License-Identifier: Apache-2.0
// Money between an account and the reserves of devices: funded, topped up, revoked, returned, moved to another device.
import {
  ensure,
  found,
  isRevokedBy,
  reserves,
  toAmount,
  type InputOf,
  type ReserveRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { credit, debit } from '../ledger/placing.js';
import {
  putReserve,
  recordSuccess,
  reserveRow,
  reserveSubject,
  type ReserveKey,
} from '../ledger/reserves.js';
import { ensureGrantable, readGrant, type Grant } from './granting.js';
import { issuedBulletin, publish } from './issued.js';

const sameEpoch = ({ held, existing }: Grant): ReserveRow | undefined =>
  existing.find(({ epoch }) => epoch === held.certificate.epoch);

const announce = (call: Call, { customerId, deviceId, epoch }: ReserveKey, state: string): void =>
  call.announce({ subject: reserveSubject({ customerId, deviceId, epoch }), state, units: [] });

const fundedAnswer = (reserve: ReserveRow, replayed: boolean) => ({
  replayed,
  units: [],
  funded: reserve.funded,
});

/** Answers a repetition. @throws {DomainError} IDEMPOTENCY_CONFLICT when the place is taken by another certificate. */
function repeated(reserve: ReserveRow | undefined, sequence: number, digest: string): boolean {
  const known = reserve?.certificates[sequence];
  ensure(known === undefined || known === digest, 'IDEMPOTENCY_CONFLICT', { sequence });
  return known !== undefined;
}

/** Opens the reserve of a grant. Where the money comes from is the caller's. */
async function open(call: Call, grant: Grant): Promise<ReserveRow> {
  await ensureGrantable(call, grant);
  const reserve = reserves.openReserve(grant.held.certificate, grant.held.digest);
  putReserve(call, reserve);
  announce(call, reserve, reserve.status);
  return reserve;
}

export async function fund(call: Call<InputOf<'offline', 'fund'>>) {
  const grant = await readGrant(call, call.input, call.input.certificate);
  const known = sameEpoch(grant);
  if (known !== undefined && repeated(known, 0, grant.digest)) return fundedAnswer(known, true);
  const reserve = await open(call, grant);
  await debit(call, reserve.customerId, reserve.currency, reserve.funded);
  return fundedAnswer(reserve, false);
}

export async function topUp(call: Call<InputOf<'offline', 'topUp'>>) {
  const { sequence, certificate } = call.input;
  const grant = await readGrant(call, call.input, certificate);
  const before = found(sameEpoch(grant), 'NOT_FOUND', { row: 'reserve' });
  ensure(grant.held.certificate.sequence === sequence, 'OFFLINE_CERTIFICATE_MISMATCH', {
    field: 'sequence',
  });
  if (repeated(before, sequence, grant.digest)) return fundedAnswer(before, true);
  await ensureGrantable(call, grant);
  const { reserve, paidIn } = reserves.topUpReserve(
    before,
    grant.held.certificate,
    grant.held.digest,
  );
  await debit(call, reserve.customerId, reserve.currency, paidIn);
  putReserve(call, reserve);
  announce(call, reserve, reserve.status);
  return fundedAnswer(reserve, false);
}

export async function closeReserve(call: Call<ReserveKey>) {
  const before = await reserveRow(call, call.input);
  if (before.status === 'closed') return { replayed: true, units: [], returned: before.returned };
  const { reserve, returned } = reserves.closeReserve(before, call.now);
  putReserve(call, reserve);
  recordSuccess(call, before);
  await credit(call, reserve.customerId, reserve.currency, returned);
  announce(call, reserve, reserve.status);
  return { replayed: false, units: [], returned };
}

/** Terminals with an older bulletin could not know: their vouchers are still paid. */
export async function revokeReserve(call: Call<InputOf<'offline', 'revokeReserve'>>) {
  const before = await reserveRow(call, call.input);
  const issued = await issuedBulletin(call, before.bankId, call.input.bulletin);
  const { number } = issued.bulletin;
  const { revokedNumber } = before;
  if (revokedNumber !== null) {
    ensure(revokedNumber === number, 'IDEMPOTENCY_CONFLICT', { number: revokedNumber });
    return { replayed: true, units: [], number };
  }
  ensure(before.status !== 'closed', 'OFFLINE_RESERVE_INACTIVE', { status: before.status });
  ensure(isRevokedBy(issued.bulletin, before), 'INPUT_INVALID', { field: 'bulletin.revoked' });
  const current = await call.store.get('bulletin', before.bankId);
  ensure(number > (current?.number ?? -1), 'STATE_CONFLICT', { number: current?.number });
  await publish(call, issued, call.input.bulletin);
  const reserve = reserves.revokeReserve(before, number);
  putReserve(call, reserve);
  announce(call, reserve, reserve.status);
  return { replayed: false, units: [], number };
}

/** Everything that the lost device paid is settled by now, so the rest is the customer's again. */
export async function reissue(call: Call<InputOf<'offline', 'reissue'>>) {
  const { customerId, lostDeviceId, lostEpoch, certificate } = call.input;
  const lost = await reserveRow(call, { customerId, deviceId: lostDeviceId, epoch: lostEpoch });
  const grant = await readGrant(call, call.input, certificate);
  const known = sameEpoch(grant);
  if (known !== undefined && repeated(known, 0, grant.digest)) return fundedAnswer(known, true);
  ensure(lost.status === 'revoked', 'OFFLINE_RESERVE_INACTIVE', { status: lost.status });
  const { reserve: closed, returned } = reserves.closeReserve(lost, call.now);
  const { total, currency } = grant.held.certificate;
  const same = toAmount(total) === returned && currency === lost.currency;
  ensure(same, 'OFFLINE_CERTIFICATE_MISMATCH', { field: 'total', expected: returned, currency });
  putReserve(call, closed);
  recordSuccess(call, lost);
  return fundedAnswer(await open(call, grant), false);
}
