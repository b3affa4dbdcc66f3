// SPDX-License-Identifier: Apache-2.0
// The device: it chains its vouchers, answers a repeated request with the same bytes, and stays within its certificate.
import {
  amountOf,
  newBulletin,
  newDevice,
  newRequest,
  NOW,
  OFFLINE_POLICY,
  pay,
  presentedBy,
  refusal,
  terminalView,
} from '../../../../test/support/offline-world';
import { LEAST_CLOCK_TOLERANCE } from '../policy/policy';
import { acceptVoucher } from './accept-voucher';
import type { DeviceCertificate, PaymentRequest } from './objects';
import { openDevice, planVoucher } from './plan-voucher';
import { NO_VOUCHER } from './voucher';

it('chains its vouchers and adds its payments up', () => {
  const device = newDevice();
  const first = pay(device, newRequest({ amount: 100n }));
  const second = pay(device, newRequest({ amount: 250n }));
  expect(first.content).toMatchObject({ counter: 1, cumulative: 100n });
  expect(Buffer.from(first.content.previous)).toEqual(Buffer.from(NO_VOUCHER));
  expect(second.content).toMatchObject({ counter: 2, cumulative: 350n });
  expect(Buffer.from(second.content.previous)).toEqual(first.digest);
});

it('answers a repeated request with the same bytes, even later and after other payments', () => {
  const device = newDevice();
  const request = newRequest();
  const first = planVoucher(device.state, device.held, request, NOW);
  device.state = first.state;
  pay(device);
  const again = planVoucher(device.state, device.held, request, NOW + 1_000_000);
  expect(again.repeated).toBe(true);
  expect(first.repeated).toBe(false);
  expect(again.payload).toEqual(first.payload);
  expect(again.digest).toEqual(first.digest);
  expect(again.state).toBe(device.state);
});

it('its state survives as JSON', () => {
  const device = newDevice();
  const request = newRequest();
  const payment = pay(device, request);
  const restored = JSON.parse(JSON.stringify(device.state)) as typeof device.state;
  expect(restored).toEqual(device.state);
  expect(planVoucher(restored, device.held, request, NOW).digest).toEqual(payment.digest);
});

it('does not change the given state', () => {
  const device = newDevice();
  const before = JSON.stringify(device.state);
  planVoucher(device.state, device.held, newRequest(), NOW);
  expect(JSON.stringify(device.state)).toBe(before);
});

interface Refused {
  readonly code: string;
  readonly certificate?: Partial<DeviceCertificate>;
  readonly request?: Partial<PaymentRequest>;
  readonly state?: Partial<ReturnType<typeof openDevice>>;
  readonly now?: number;
}

it.each<[string, Refused]>([
  ['what just fits', { code: 'accepted', request: { amount: 5_000n } }],
  [
    'another customer',
    { code: 'OFFLINE_CERTIFICATE_MISMATCH', state: { customerId: 'customer-2' } },
  ],
  ['another device', { code: 'OFFLINE_CERTIFICATE_MISMATCH', state: { deviceId: 'device-2' } }],
  ['another epoch', { code: 'OFFLINE_CERTIFICATE_MISMATCH', state: { epoch: 2 } }],
  ['another channel', { code: 'OFFLINE_WRONG_CHANNEL', request: { channel: 'other' } }],
  ['another currency', { code: 'OFFLINE_WRONG_CURRENCY', request: { currency: 'CNY' } }],
  ['a clock 60 s before the request', { code: 'accepted', request: { createdAt: NOW + 60 } }],
  [
    'a clock 61 s before the request',
    { code: 'OFFLINE_CLOCK_WRONG', request: { createdAt: NOW + 61 } },
  ],
  ['a clock of 1970', { code: 'OFFLINE_CLOCK_WRONG', now: 0 }],
  ['a request that ends now', { code: 'accepted', request: { expiresAt: NOW } }],
  ['a request that is over', { code: 'OFFLINE_REQUEST_EXPIRED', request: { expiresAt: NOW - 1 } }],
  ['a certificate that ends now', { code: 'accepted', certificate: { spendUntil: NOW } }],
  [
    'a certificate that is over',
    { code: 'OFFLINE_CERTIFICATE_EXPIRED', certificate: { spendUntil: NOW - 1 } },
  ],
  ['the last payment', { code: 'accepted', certificate: { highestCounter: 1 } }],
  [
    'one payment more',
    {
      code: 'OFFLINE_COUNTER_EXHAUSTED',
      certificate: { highestCounter: 1 },
      state: { counter: 1 },
    },
  ],
  ['more than a payment', { code: 'OFFLINE_OVER_PAYMENT_CAP', request: { amount: 5_001n } }],
  ['all that is left', { code: 'accepted', state: { cumulative: '18750' } }],
  ['more than is left', { code: 'OFFLINE_OVER_TOTAL_CAP', state: { cumulative: '18751' } }],
])('%s', (_, { code, certificate, request, state, now = NOW }) => {
  const device = newDevice(certificate);
  const payload = newRequest(request);
  expect(amountOf(payload)).toBeGreaterThan(0n);
  const remembered = {
    ...device.state,
    ...(state?.counter === undefined ? {} : { previous: 'A'.repeat(42) + 'E' }),
    ...state,
  };
  expect(refusal(() => planVoucher(remembered, device.held, payload, now))).toBe(code);
});

it("signs nothing that a terminal refuses because of the device's clock", () => {
  const policy = { ...OFFLINE_POLICY, clockToleranceSeconds: LEAST_CLOCK_TOLERANCE };
  for (const at of [-60, 0, 100, 299, 300]) {
    const device = newDevice();
    const request = newRequest({ createdAt: NOW, expiresAt: NOW + 300 });
    const payment = pay(device, request, NOW + at);
    for (const now of [NOW, NOW + 150, NOW + 300]) {
      const view = terminalView({ bulletin: newBulletin({ policy }), now });
      const accept = () => acceptVoucher(view, request, presentedBy(payment), []);
      expect(refusal(accept)).toBe('accepted');
    }
  }
});

it('refuses bytes that are not a request', () => {
  const device = newDevice();
  expect(refusal(() => planVoucher(device.state, device.held, Buffer.alloc(5), NOW))).toBe(
    'OFFLINE_MALFORMED',
  );
});
