// SPDX-License-Identifier: Apache-2.0
// The four payloads: each value has one form and each form one value. Values out of range are neither written nor read.
import fc from 'fast-check';
import { defined } from '../../../../test/support/defined';
import { SEED } from '../../../../test/support/seeded';
import {
  newBulletin,
  newDevice,
  newRequest,
  refusal,
} from '../../../../test/support/offline-world';
import { decodeBulletin, encodeBulletin, isRevokedBy } from './bulletin';
import { decodeDeviceCertificate, encodeDeviceCertificate } from './device-certificate';
import type { Bulletin, DeviceCertificate, PaymentRequest, Voucher } from './objects';
import { decodePaymentRequest, encodePaymentRequest } from './payment-request';
import { decodeVoucher, encodeVoucher, NO_VOUCHER } from './voucher';

fc.configureGlobal({ seed: SEED });

const identifier = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const channel = fc.stringMatching(/^[a-z][a-z0-9.-]{0,30}$/);
const currency = fc.stringMatching(/^[A-Z]{3}$/);
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const digest = bytes(32);
const money = fc.bigInt({ min: 1n, max: 10n ** 18n - 1n });
const amount = fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }).map(String);
const instant = fc.integer({ min: 0, max: 8_640_000_000_000 - 1 });
const number32 = fc.integer({ min: 0, max: 4_294_967_295 });
const epoch = fc.integer({ min: 0, max: 99_999_999 });
const seconds = fc.integer({ min: 0, max: 8_640_000_000 });
const period = fc.uniqueArray(instant, { minLength: 2, maxLength: 2 }).map((both) => ({
  from: Math.min(...both),
  until: Math.max(...both),
}));

const certificates: fc.Arbitrary<DeviceCertificate> = fc
  .record({
    channel,
    bankId: identifier,
    customerId: identifier,
    deviceId: identifier,
    epoch,
    deviceKey: bytes(64),
    currency,
    total: money,
    perPayment: money,
    highestCounter: fc.integer({ min: 1, max: 64 }),
    period,
    policyVersion: number32,
    sequence: number32,
  })
  .map(({ period: { from, until }, ...rest }) => ({
    ...rest,
    spendUntil: from,
    claimUntil: until,
  }));

const requests: fc.Arbitrary<PaymentRequest> = fc
  .record({
    channel,
    merchantId: identifier,
    terminalId: identifier,
    orderNumber: identifier,
    amount: money,
    currency,
    nonce: bytes(16),
    bulletinNumber: number32,
    period,
    purpose: fc.oneof(
      fc.constant({ kind: 'goods' as const }),
      digest.map((termsDigest) => ({ kind: 'delivery' as const, termsDigest })),
    ),
  })
  .map(({ period: { from, until }, ...rest }) => ({ ...rest, createdAt: from, expiresAt: until }));

const vouchers: fc.Arbitrary<Voucher> = fc
  .record({
    certificateDigest: digest,
    counter: fc.integer({ min: 1, max: 64 }),
    previous: digest.filter((value) => value.some((byte) => byte !== 0)),
    cumulative: money,
    requestHash: digest,
    time: instant,
  })
  .map((voucher) =>
    voucher.counter === 1 ? { ...voucher, previous: new Uint8Array(NO_VOUCHER) } : voucher,
  );

const bulletins: fc.Arbitrary<Bulletin> = fc.record({
  bankId: identifier,
  channel,
  number: number32,
  issuedAt: instant,
  revoked: fc.array(
    fc.record({
      customerId: identifier,
      deviceId: identifier,
      epoch: fc.oneof(epoch, fc.constant('all' as const)),
    }),
    { maxLength: 5 },
  ),
  policy: fc.record({
    version: number32,
    caps: fc.dictionary(currency, fc.record({ perPayment: amount, total: amount }), {
      maxKeys: 5,
      noNullPrototype: true,
    }),
    count: fc.integer({ min: 1, max: 64 }),
    spendSeconds: seconds,
    claimSeconds: seconds,
    bulletinSeconds: seconds,
    clockToleranceSeconds: seconds,
    acceptSeconds: seconds,
    lossBearer: fc.constantFrom('merchant' as const, 'bank' as const),
  }),
});

/** Bytes as plain arrays, so that buffers and typed arrays compare alike. */
const plain = (value: unknown): unknown =>
  value instanceof Uint8Array
    ? [...value]
    : Array.isArray(value)
      ? value.map(plain)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]))
        : value;

/** The properties of every kind of payload. */
function holds<T>(
  arbitrary: fc.Arbitrary<T>,
  encode: (value: T) => Buffer,
  decode: (payload: Uint8Array) => T,
): void {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        expect(plain(decode(encode(value)))).toEqual(plain(value));
      }),
    );
  });

  it('has one form: what is read is written again as the same bytes', () => {
    const mutation = fc.record({
      at: fc.nat(),
      bit: fc.integer({ min: 0, max: 7 }),
      value: arbitrary,
    });
    fc.assert(
      fc.property(mutation, ({ at, bit, value }) => {
        const payload = encode(value);
        const index = at % payload.length;
        payload.writeUInt8(payload.readUInt8(index) ^ (1 << bit), index);
        let read: T | undefined;
        if (refusal(() => (read = decode(payload))) !== 'accepted') return;
        expect(encode(defined(read, 'object that was read')).toString('hex')).toBe(
          payload.toString('hex'),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('is refused when it is cut off or too long', () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(), (value, at) => {
        const payload = encode(value);
        expect(refusal(() => decode(payload.subarray(0, at % payload.length)))).toBe(
          'OFFLINE_MALFORMED',
        );
        expect(refusal(() => decode(Buffer.concat([payload, Buffer.alloc(1)])))).toBe(
          'OFFLINE_MALFORMED',
        );
      }),
    );
  });

  it('random bytes are always refused with the same code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (payload) => {
        expect(refusal(() => decode(payload))).toBe('OFFLINE_MALFORMED');
      }),
    );
  });
}

describe('a device certificate', () => {
  holds(certificates, encodeDeviceCertificate, decodeDeviceCertificate);
});
describe('a payment request', () => {
  holds(requests, encodePaymentRequest, decodePaymentRequest);
});
describe('a voucher', () => {
  holds(vouchers, encodeVoucher, decodeVoucher);
});
describe('a bulletin', () => {
  holds(bulletins, encodeBulletin, decodeBulletin);
});

describe('nobody can write', () => {
  const { certificate } = newDevice();
  const request = decodePaymentRequest(newRequest());
  const voucher: Voucher = {
    certificateDigest: Buffer.alloc(32, 1),
    counter: 2,
    previous: Buffer.alloc(32, 2),
    cumulative: 5n,
    requestHash: Buffer.alloc(32, 3),
    time: 1,
  };

  it.each<[string, Partial<DeviceCertificate>]>([
    ['no money', { total: 0n }],
    ['more money than 18 digits', { total: 10n ** 18n }],
    ['negative money', { perPayment: -1n }],
    ['no payment', { highestCounter: 0 }],
    ['65 payments', { highestCounter: 65 }],
    ['half a second', { spendUntil: 0.5 }],
    ['a claim that ends when spending does', { spendUntil: 5, claimUntil: 5 }],
    ['a point of 63 bytes', { deviceKey: Buffer.alloc(63) }],
    ['an identifier with a slash', { customerId: 'a/b' }],
    ['an empty identifier', { deviceId: '' }],
    ['an identifier beyond ASCII', { bankId: 'bänk' }],
    ['a currency in small letters', { currency: 'eur' }],
    ['an epoch of nine digits', { epoch: 100_000_000 }],
    ['a negative number', { sequence: -1 }],
  ])('a certificate with %s', (_, values) => {
    expect(refusal(() => encodeDeviceCertificate({ ...certificate, ...values }))).toBe(
      'OFFLINE_MALFORMED',
    );
  });

  it.each<[string, Partial<PaymentRequest>]>([
    ['nothing to pay', { amount: 0n }],
    ['a nonce of 15 bytes', { nonce: Buffer.alloc(15) }],
    ['an end before its beginning', { createdAt: 2, expiresAt: 2 }],
    ['terms of 31 bytes', { purpose: { kind: 'delivery', termsDigest: Buffer.alloc(31) } }],
  ])('a request with %s', (_, values) => {
    expect(refusal(() => encodePaymentRequest({ ...request, ...values }))).toBe(
      'OFFLINE_MALFORMED',
    );
  });

  it.each<[string, Partial<Voucher>]>([
    ['counter 0', { counter: 0 }],
    ['counter 65', { counter: 65 }],
    ['something before the first', { counter: 1 }],
    ['nothing before the second', { previous: NO_VOUCHER }],
    ['no money', { cumulative: 0n }],
  ])('a voucher with %s', (_, values) => {
    expect(refusal(() => encodeVoucher({ ...voucher, ...values }))).toBe('OFFLINE_MALFORMED');
  });
});

it('two currencies in the wrong order are refused', () => {
  const caps = { CNY: { perPayment: '1', total: '1' }, EUR: { perPayment: '1', total: '1' } };
  const bulletin = newBulletin({ policy: { ...newBulletin().policy, caps } });
  const payload = encodeBulletin(bulletin);
  const swapped = Buffer.from(payload.toString('latin1').replace('CNY', 'FRF'), 'latin1');
  expect(refusal(() => decodeBulletin(payload))).toBe('accepted');
  expect(refusal(() => decodeBulletin(swapped))).toBe('OFFLINE_MALFORMED');
});

it('a bulletin revokes one epoch or all epochs of a device, and no other device', () => {
  const device = { customerId: 'customer-1', deviceId: 'device-1', epoch: 2 };
  const names = (revoked: Bulletin['revoked']) => isRevokedBy(newBulletin({ revoked }), device);
  expect(names([])).toBe(false);
  expect(names([{ ...device, epoch: 1 }])).toBe(false);
  expect(names([{ ...device, epoch: 2 }])).toBe(true);
  expect(names([{ ...device, epoch: 'all' }])).toBe(true);
  expect(names([{ ...device, deviceId: 'device-2', epoch: 'all' }])).toBe(false);
  expect(names([{ ...device, customerId: 'customer-2', epoch: 'all' }])).toBe(false);
});

it(`is run with the seed ${SEED}`, () => {
  expect(Number.isFinite(SEED)).toBe(true);
});
