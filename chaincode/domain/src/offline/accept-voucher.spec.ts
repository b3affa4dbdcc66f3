// SPDX-License-Identifier: Apache-2.0
// The terminal: each refusal at its boundary, and vouchers of a device that does not keep the rules.
import {
  forge,
  newBulletin,
  newDevice,
  newKey,
  newRequest,
  NOW,
  OFFLINE_POLICY,
  pay,
  presentedBy,
  refusal,
  signCertificate,
  terminalView,
  type Payment,
} from '../../../../test/support/offline-world';
import type { OfflinePolicy } from '../policy/policy';
import { acceptVoucher, type TerminalView } from './accept-voucher';
import type { Bulletin, DeviceCertificate, PaymentRequest, Voucher } from './objects';

const accept = (
  payment: Payment,
  view: Partial<TerminalView> = {},
  seen: Parameters<typeof acceptVoucher>[3] = [],
) => acceptVoucher(terminalView(view), payment.requestPayload, presentedBy(payment), seen);

it('accepts an honest payment and returns it', () => {
  const payment = pay(newDevice());
  const accepted = accept(payment);
  expect(accepted.request).toMatchObject({ orderNumber: 'ORD-1001', amount: 1_250n });
  expect(accepted.voucher).toMatchObject({ counter: 1, cumulative: 1_250n });
  expect(accepted.certificate.deviceId).toBe('device-1');
  expect(Buffer.from(accepted.voucherDigest)).toEqual(payment.digest);
  expect(accepted.entry.cumulative).toBe('1250');
});

interface Tried {
  readonly code: string;
  readonly certificate?: Partial<DeviceCertificate>;
  readonly request?: Partial<PaymentRequest>;
  readonly voucher?: Partial<Voucher>;
  readonly bulletin?: Partial<Bulletin>;
  readonly policy?: Partial<OfflinePolicy>;
  readonly view?: Partial<TerminalView>;
}

/** Signs a voucher that the device's own rules would refuse, and lets the terminal judge it. */
function tried({ certificate, request, voucher, bulletin, policy, view }: Tried): string {
  const device = newDevice(certificate);
  const payment = pay(newDevice({}, device.key), newRequest());
  const requestPayload = newRequest(request);
  const amount = request?.amount ?? 1_250n;
  const forged = forge(
    { ...payment, device },
    { certificateDigest: device.held.digest, cumulative: amount, ...voucher },
    requestPayload,
  );
  const terminal = terminalView({
    bulletin: newBulletin({ policy: { ...OFFLINE_POLICY, ...policy }, ...bulletin }),
    ...view,
  });
  const presented = { certificate: device.certificateBytes, voucher: forged.voucher };
  return refusal(() => acceptVoucher(terminal, requestPayload, presented, []));
}

const previous = Buffer.alloc(32, 1);

/** The default time of the request. */
const ASKED = NOW - 10;

it.each<[string, Tried]>([
  [
    'a certificate of another channel',
    { code: 'OFFLINE_WRONG_CHANNEL', certificate: { channel: 'other' } },
  ],
  [
    'a request of another channel',
    { code: 'OFFLINE_WRONG_CHANNEL', request: { channel: 'other' } },
  ],
  [
    'a bulletin of another channel',
    { code: 'OFFLINE_WRONG_CHANNEL', bulletin: { channel: 'other' } },
  ],
  [
    'a bulletin of another bank',
    { code: 'OFFLINE_BULLETIN_MISSING', bulletin: { bankId: 'bank-2' } },
  ],
  [
    'a request by a newer bulletin',
    { code: 'OFFLINE_BULLETIN_MISSING', request: { bulletinNumber: 8 } },
  ],
  ['a request by an older bulletin', { code: 'accepted', request: { bulletinNumber: 6 } }],
  [
    'a certificate by a newer policy',
    { code: 'OFFLINE_BULLETIN_MISSING', certificate: { policyVersion: 2 } },
  ],
  ['a certificate by an older policy', { code: 'accepted', policy: { version: 2 } }],
  ['another currency', { code: 'OFFLINE_WRONG_CURRENCY', certificate: { currency: 'CNY' } }],
  ['a currency without caps', { code: 'OFFLINE_NOT_ALLOWED', policy: { caps: {} } }],
  ['a sum below the amount', { code: 'OFFLINE_REQUEST_MISMATCH', voucher: { cumulative: 1_249n } }],
  [
    'a first sum above the amount',
    { code: 'OFFLINE_REQUEST_MISMATCH', voucher: { cumulative: 1_251n } },
  ],
  [
    'a fourth voucher before which two minor units were spent',
    { code: 'OFFLINE_REQUEST_MISMATCH', voucher: { counter: 4, previous, cumulative: 1_252n } },
  ],
  [
    'a fourth voucher before which three minor units were spent',
    { code: 'accepted', voucher: { counter: 4, previous, cumulative: 1_253n } },
  ],
  ['another request', { code: 'OFFLINE_REQUEST_MISMATCH', voucher: { requestHash: previous } }],
  [
    'another certificate',
    { code: 'OFFLINE_CERTIFICATE_MISMATCH', voucher: { certificateDigest: previous } },
  ],
  ['a device ahead until its request ends', { code: 'accepted', voucher: { time: NOW + 600 } }],
  ['a device 300 s before the request', { code: 'accepted', voucher: { time: ASKED - 300 } }],
  [
    'a device 301 s before the request',
    { code: 'OFFLINE_CLOCK_WRONG', voucher: { time: ASKED - 301 } },
  ],
  ['a voucher shown long after it was made', { code: 'accepted', view: { now: NOW + 600 } }],
  ['a terminal 300 s before its own request', { code: 'accepted', view: { now: ASKED - 300 } }],
  [
    'a terminal 301 s before its own request',
    { code: 'OFFLINE_CLOCK_WRONG', view: { now: ASKED - 301 } },
  ],
  [
    'a terminal 300 s before what its clock showed',
    { code: 'accepted', view: { latest: NOW + 300 } },
  ],
  [
    'a terminal 301 s before what its clock showed',
    { code: 'OFFLINE_CLOCK_WRONG', view: { latest: NOW + 301 } },
  ],
  ['a terminal 300 s behind the bank', { code: 'accepted', bulletin: { issuedAt: NOW + 300 } }],
  [
    'a terminal 301 s behind the bank',
    { code: 'OFFLINE_CLOCK_WRONG', bulletin: { issuedAt: NOW + 301 } },
  ],
  ['the oldest bulletin', { code: 'accepted', bulletin: { issuedAt: NOW - 172_800 } }],
  ['a stale bulletin', { code: 'OFFLINE_BULLETIN_STALE', bulletin: { issuedAt: NOW - 172_801 } }],
  ['the last second of a certificate', { code: 'accepted', certificate: { spendUntil: NOW } }],
  [
    'a certificate that is over',
    { code: 'OFFLINE_CERTIFICATE_EXPIRED', certificate: { spendUntil: NOW - 1 } },
  ],
  [
    'a device that is past its certificate',
    {
      code: 'OFFLINE_CERTIFICATE_EXPIRED',
      certificate: { spendUntil: NOW },
      voucher: { time: NOW + 1 },
    },
  ],
  ['the last second of a request', { code: 'accepted', request: { expiresAt: NOW } }],
  ['a request that is over', { code: 'OFFLINE_REQUEST_EXPIRED', request: { expiresAt: NOW - 1 } }],
  [
    'a device that is past the request',
    { code: 'OFFLINE_REQUEST_EXPIRED', request: { expiresAt: NOW }, voucher: { time: NOW + 1 } },
  ],
  [
    'just enough time to settle',
    { code: 'accepted', certificate: { spendUntil: NOW, claimUntil: NOW + 86_400 } },
  ],
  [
    'too little time to settle',
    { code: 'OFFLINE_CLAIM_TOO_SHORT', certificate: { spendUntil: NOW, claimUntil: NOW + 86_399 } },
  ],
  [
    'a revoked device',
    {
      code: 'OFFLINE_REVOKED',
      bulletin: { revoked: [{ customerId: 'customer-1', deviceId: 'device-1', epoch: 'all' }] },
    },
  ],
  [
    'a revoked epoch',
    {
      code: 'OFFLINE_REVOKED',
      bulletin: { revoked: [{ customerId: 'customer-1', deviceId: 'device-1', epoch: 1 }] },
    },
  ],
  [
    'a device of which another epoch is revoked',
    {
      code: 'accepted',
      bulletin: { revoked: [{ customerId: 'customer-1', deviceId: 'device-1', epoch: 2 }] },
    },
  ],
  ['the cap of a payment', { code: 'accepted', request: { amount: 5_000n } }],
  [
    'more than the certificate lets pay',
    {
      code: 'OFFLINE_OVER_PAYMENT_CAP',
      certificate: { perPayment: 4_999n },
      request: { amount: 5_000n },
    },
  ],
  [
    'more than the policy lets pay',
    {
      code: 'OFFLINE_OVER_PAYMENT_CAP',
      certificate: { perPayment: 9_000n },
      request: { amount: 5_001n },
    },
  ],
  [
    'all that is reserved',
    { code: 'accepted', voucher: { counter: 2, previous, cumulative: 20_000n } },
  ],
  [
    'more than is reserved',
    { code: 'OFFLINE_OVER_TOTAL_CAP', voucher: { counter: 2, previous, cumulative: 20_001n } },
  ],
  [
    'the last payment',
    {
      code: 'accepted',
      certificate: { highestCounter: 2 },
      voucher: { counter: 2, previous, cumulative: 1_251n },
    },
  ],
  [
    'one payment more',
    {
      code: 'OFFLINE_COUNTER_EXHAUSTED',
      certificate: { highestCounter: 1 },
      voucher: { counter: 2, previous, cumulative: 1_251n },
    },
  ],
])('%s', (_, given) => {
  expect(tried(given)).toBe(given.code);
});

describe('forged', () => {
  const device = newDevice();
  const payment = pay(device);
  const present = (certificate: Uint8Array, voucher: Uint8Array) =>
    refusal(() =>
      acceptVoucher(terminalView(), payment.requestPayload, { certificate, voucher }, []),
    );

  it('a certificate by a key that is no issuer', () => {
    const own = signCertificate(device.certificate, newKey());
    expect(present(own, payment.voucher)).toBe('OFFLINE_CERTIFICATE_FORGED');
  });

  it('a certificate with more money under the old signature', () => {
    const more = signCertificate({ ...device.certificate, total: 90_000n });
    const moved = Buffer.concat([more.subarray(0, -64), device.certificateBytes.subarray(-64)]);
    expect(present(moved, payment.voucher)).toBe('OFFLINE_CERTIFICATE_FORGED');
  });

  it('a voucher by another key', () => {
    const { voucher } = forge({ ...payment, device: { ...device, key: newKey() } }, {});
    expect(present(device.certificateBytes, voucher)).toBe('OFFLINE_SIGNATURE_INVALID');
  });

  it('a key that is no point, which the bank signed by mistake', () => {
    const certificate = { ...device.certificate, deviceKey: Buffer.alloc(64, 1) };
    expect(present(signCertificate(certificate), payment.voucher)).toBe(
      'OFFLINE_CERTIFICATE_FORGED',
    );
  });

  it('what is no object of the protocol', () => {
    expect(present(Buffer.alloc(0), payment.voucher)).toBe('OFFLINE_MALFORMED');
    expect(present(payment.voucher, payment.voucher)).toBe('OFFLINE_MALFORMED');
    expect(present(device.certificateBytes, device.certificateBytes)).toBe('OFFLINE_MALFORMED');
  });
});

describe('seen before', () => {
  const device = newDevice();
  const first = pay(device);
  const second = pay(device);
  const seen = [accept(first).entry];

  it('the same voucher', () => {
    expect(refusal(() => accept(first, {}, seen))).toBe('OFFLINE_COUNTER_SEEN');
  });

  it('the next voucher is accepted', () => {
    expect(refusal(() => accept(second, {}, seen))).toBe('accepted');
  });

  it('its counter with another voucher', () => {
    const request = newRequest();
    const again = forge(first, {}, request);
    const presented = { certificate: device.certificateBytes, voucher: again.voucher };
    expect(refusal(() => acceptVoucher(terminalView(), request, presented, seen))).toBe(
      'OFFLINE_DOUBLE_SPEND',
    );
  });
});

it('a voucher is worth nothing at a terminal with another request', () => {
  const payment = pay(newDevice());
  const elsewhere = newRequest({ merchantId: 'merchant-2' });
  expect(refusal(() => acceptVoucher(terminalView(), elsewhere, presentedBy(payment), []))).toBe(
    'OFFLINE_REQUEST_MISMATCH',
  );
});
