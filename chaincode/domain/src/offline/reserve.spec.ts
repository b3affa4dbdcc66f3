// SPDX-License-Identifier: Apache-2.0
// The money of a reserve: opening, topping up, paying out, closing, and what each step refuses.
import { defined } from '../../../../test/support/defined';
import {
  newDevice,
  newKey,
  newRequest,
  openReserveOf,
  pay,
  pointOf,
  refusal,
  reportedBy,
  settleContext,
} from '../../../../test/support/offline-world';
import type { DeviceCertificate } from './objects';
import {
  acquitReserve,
  cancelEntry,
  closeReserve,
  convictReserve,
  freezeReserve,
  openReserve,
  standing,
  topUpReserve,
} from './reserve';
import { readClaim, settleVoucher } from './settle-voucher';

const device = newDevice();
const reserve = openReserveOf(device);
const next = (values: Partial<DeviceCertificate> = {}): DeviceCertificate => ({
  ...device.certificate,
  total: 30_000n,
  sequence: 1,
  ...values,
});
const digest = Buffer.alloc(32, 9);

it("opens with the certificate's values", () => {
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
])('a top-up is refused with a certificate %s', (_, values) => {
  expect(refusal(() => topUpReserve(reserve, next(values), digest))).toBe(
    'OFFLINE_CERTIFICATE_MISMATCH',
  );
});

it('a frozen, revoked or closed reserve cannot be topped up', () => {
  const { reserve: closed } = closeReserve(reserve, reserve.claimUntil + 61);
  for (const ended of [freezeReserve(reserve), reportedBy(8)(reserve), closed])
    expect(refusal(() => topUpReserve(ended, next(), digest))).toBe('OFFLINE_RESERVE_INACTIVE');
});

it('the rest goes back once, and only after everybody could settle', () => {
  const payment = pay(newDevice({}, device.key), newRequest({ amount: 700n }));
  const context = settleContext();
  const opened = openReserveOf(payment.device);
  const settled = defined(settleVoucher(opened, payment, context).reserve, 'reserve');
  const { claimUntil } = settled;
  // A proposal's time may be a minute before the clock of an endorser that still accepts a batch.
  expect(refusal(() => closeReserve(settled, claimUntil + 60))).toBe('OFFLINE_CLAIM_OPEN');
  const { reserve: closed, rest } = closeReserve(settled, claimUntil + 61);
  expect(rest).toBe('19300');
  expect(standing(closed)).toBe('0');
  expect(refusal(() => closeReserve(closed, claimUntil + 61))).toBe('OFFLINE_RESERVE_INACTIVE');
});

it('a report counts from its first bulletin, and a frozen reserve stays frozen', () => {
  const [eighth, ninth] = [reportedBy(8), reportedBy(9)];
  expect(eighth(reserve)).toMatchObject({ status: 'revoked', reported: { number: 8 } });
  expect(ninth(eighth(reserve)).reported?.number).toBe(8);
  expect(eighth(freezeReserve(reserve))).toMatchObject({
    status: 'frozen',
    reported: { number: 8 },
  });
  const { reserve: closed } = closeReserve(reserve, reserve.claimUntil + 61);
  for (const end of [freezeReserve, convictReserve, acquitReserve])
    expect(end(closed).status).toBe('closed');
});

it('a reported device is convicted only by a proof, and an acquittal restores the status', () => {
  const reported = reportedBy(8)(reserve);
  expect(freezeReserve(reported).status).toBe('revoked');
  const convicted = convictReserve(reported);
  expect(convicted.status).toBe('frozen');
  expect(acquitReserve(convicted)).toEqual(reported);
  expect(acquitReserve(freezeReserve(reserve))).toEqual(reserve);
});

it('a cancelled voucher is remembered, and its money leaves the reserve', () => {
  const payment = pay(newDevice({}, device.key), newRequest({ amount: 700n }));
  const { entry } = readClaim(payment);
  const cancelled = cancelEntry(openReserveOf(payment.device), entry);
  expect(standing(cancelled)).toBe('19300');
  expect(settleVoucher(cancelled, payment, settleContext())).toMatchObject({
    verdict: 'cancelled',
    credit: '0',
    reserve: cancelled,
  });
});
