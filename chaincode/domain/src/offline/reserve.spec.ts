// SPDX-License-Identifier: Apache-2.0
// The money of a reserve: opened, topped up, paid out, closed; and what each step refuses.
import {
  newDevice,
  newKey,
  newRequest,
  openReserveOf,
  pay,
  pointOf,
  refusal,
  settleContext,
} from '../../../../test/support/offline-world';
import type { DeviceCertificate } from './objects';
import {
  closeReserve,
  freezeReserve,
  openReserve,
  revokeReserve,
  standing,
  topUpReserve,
} from './reserve';
import { settleVoucher } from './settle-voucher';

const device = newDevice();
const reserve = openReserveOf(device);
const next = (values: Partial<DeviceCertificate> = {}): DeviceCertificate => ({
  ...device.certificate,
  total: 30_000n,
  sequence: 1,
  ...values,
});
const digest = Buffer.alloc(32, 9);

it('opens with what the certificate says', () => {
  expect(reserve).toMatchObject({ funded: '20000', settled: '0', returned: '0', status: 'active' });
  expect(reserve.certificates).toHaveLength(1);
  expect(standing(reserve)).toBe('20000');
});

it('opens with the first certificate only', () => {
  expect(refusal(() => openReserve(next(), digest))).toBe('OFFLINE_CERTIFICATE_MISMATCH');
});

it('a top-up pays in the difference and keeps the earlier certificates', () => {
  const { reserve: raised, paidIn } = topUpReserve(reserve, next(), digest);
  expect(paidIn).toBe('10000');
  expect(raised.certificates).toHaveLength(2);
  expect(standing(raised)).toBe('30000');
});

it('a top-up may give more time and no money', () => {
  const later = next({ total: 20_000n, claimUntil: device.certificate.claimUntil + 1 });
  expect(topUpReserve(reserve, later, digest).paidIn).toBe('0');
});

it.each<[string, Partial<DeviceCertificate>]>([
  ['of another customer', { customerId: 'customer-2' }],
  ['of another device', { deviceId: 'device-2' }],
  ['of another bank', { bankId: 'bank-2' }],
  ['of another epoch', { epoch: 2 }],
  ['in another currency', { currency: 'CNY' }],
  ['with another key', { deviceKey: pointOf(newKey()) }],
  ['that repeats the sequence', { sequence: 0 }],
  ['that leaves one out', { sequence: 2 }],
  ['with less money', { total: 19_999n }],
  ['with a lower cap', { perPayment: 4_999n }],
  ['with fewer payments', { highestCounter: 63 }],
  ['with less time to spend', { spendUntil: device.certificate.spendUntil - 1 }],
  ['with less time to claim', { claimUntil: device.certificate.claimUntil - 1 }],
])('no top-up is made by a certificate %s', (_, values) => {
  expect(refusal(() => topUpReserve(reserve, next(values), digest))).toBe(
    'OFFLINE_CERTIFICATE_MISMATCH',
  );
});

it('nothing is put into a reserve that is frozen, revoked or closed', () => {
  const { reserve: closed } = closeReserve(reserve, reserve.claimUntil + 1);
  for (const ended of [freezeReserve(reserve), revokeReserve(reserve, 8), closed])
    expect(refusal(() => topUpReserve(ended, next(), digest))).toBe('OFFLINE_RESERVE_INACTIVE');
});

it('the rest goes back once, and only after everybody could settle', () => {
  const payment = pay(newDevice({}, device.key), newRequest({ amount: 700n }));
  const context = settleContext();
  const opened = openReserveOf(payment.device);
  const settled = settleVoucher(opened, payment, context).reserve!;
  expect(refusal(() => closeReserve(settled, settled.claimUntil))).toBe('OFFLINE_CLAIM_OPEN');
  const { reserve: closed, returned } = closeReserve(settled, settled.claimUntil + 1);
  expect(returned).toBe('19300');
  expect(standing(closed)).toBe('0');
  expect(refusal(() => closeReserve(closed, closed.claimUntil + 1))).toBe(
    'OFFLINE_RESERVE_INACTIVE',
  );
});

it('a revocation counts from its first bulletin, and a frozen reserve stays frozen', () => {
  expect(revokeReserve(reserve, 8)).toMatchObject({ status: 'revoked', revokedNumber: 8 });
  expect(revokeReserve(revokeReserve(reserve, 8), 9).revokedNumber).toBe(8);
  expect(revokeReserve(freezeReserve(reserve), 8)).toMatchObject({
    status: 'frozen',
    revokedNumber: 8,
  });
  const { reserve: closed } = closeReserve(reserve, reserve.claimUntil + 1);
  expect(freezeReserve(closed).status).toBe('closed');
});
