// SPDX-License-Identifier: Apache-2.0
// The content of a QR code: smaller, unambiguous, and the same bytes after unpacking.
import fc from 'fast-check';
import { defined } from '../../../../test/support/defined';
import { SEED } from '../../../../test/support/seeded';
import {
  forge,
  NOW,
  newDevice,
  newPayee,
  newRequest,
  OFFLINE_BANK,
  pay,
  refusal,
  signed,
  VECTOR_KEYS,
} from '../../../../test/support/offline-world';
import type { PaymentRequest } from './objects';
import {
  packPayment,
  packRequest,
  payeeCertificateOf,
  unpackPayment,
  unpackRequest,
} from './packed';
import { decodePaymentRequest } from './payment-request';
import { encodePresented } from './presented';
import { encodeCancellation, encodeReceipt } from './terminal-statements';

fc.configureGlobal({ seed: SEED });

const LONGEST = 'x'.repeat(64);
const CHANNEL = `c${'x'.repeat(248)}`;
const MONEY = 999_999_999_999_999_999n;
const NUMBER = 4_294_967_295;
/** The latest possible time. */
const LAST = 8_640_000_000_000;
/** Bytes in a code that a camera reads from a scratched screen. */
const LONGEST_SHOWN = 600;

const tellSize = (what: string, { length }: Uint8Array): void =>
  console.log(`the longest of ${what}: ${length} bytes, at most ${LONGEST_SHOWN}`);

const signRequest = (payload: Uint8Array): Buffer =>
  signed('offpay/payment-request', payload, VECTOR_KEYS.terminal);

const payload = newRequest();
const request = signRequest(payload);
const { channel } = decodePaymentRequest(payload);
const payment = pay(newDevice(), payload);
const presented = { voucher: payment.voucher, certificate: payment.device.certificateBytes };

describe('a request', () => {
  it('is the signed request again after unpacking, alone and with its payee', () => {
    const alone = unpackRequest(packRequest({ request }), channel);
    expect(alone).toEqual({ request, payee: undefined });
    const payee = newPayee();
    const both = unpackRequest(packRequest({ request, payee }), channel);
    expect(both.request.equals(request)).toBe(true);
    const certificate = payeeCertificateOf(
      defined(both.payee, 'payee'),
      decodePaymentRequest(payload),
      OFFLINE_BANK,
    );
    expect(certificate.equals(payee)).toBe(true);
  });

  it('can also be read unpacked', () => {
    expect(unpackRequest(request, channel)).toEqual({ request, payee: undefined });
  });

  it('becomes a different request on another channel, so that its signature fails', () => {
    const other = unpackRequest(packRequest({ request }), 'other');
    expect(other.request.equals(request)).toBe(false);
  });

  it('with the longest names and its payee fits into a code of 600 bytes', () => {
    const values: Partial<PaymentRequest> = {
      channel: CHANNEL,
      merchantId: LONGEST,
      terminalId: LONGEST,
      orderNumber: LONGEST,
      amount: MONEY,
      bulletinNumber: NUMBER,
      createdAt: NOW,
      expiresAt: NOW + 86_400,
      purpose: { kind: 'delivery', termsDigest: Buffer.alloc(32, 1) },
    };
    const payee = newPayee({
      channel: CHANNEL,
      bankId: LONGEST,
      merchantId: LONGEST,
      terminalId: LONGEST,
      name: 'é'.repeat(32),
      licence: 'x'.repeat(32),
      validUntil: LAST,
    });
    const packed = packRequest({ request: signRequest(newRequest(values)), payee });
    expect(packed.length).toBeLessThanOrEqual(LONGEST_SHOWN);
    tellSize('a request with its payee certificate', packed);
  });
});

describe('a payment', () => {
  it('is the signed payment again after unpacking, for the first and a later counter', () => {
    expect(unpackPayment(packPayment(presented), payload)).toEqual(presented);
    const later = pay(payment.device, payload2);
    const whole = { ...presented, voucher: later.voucher };
    expect(unpackPayment(packPayment(whole), payload2)).toEqual(whole);
  });
  const payload2 = newRequest({ orderNumber: 'ORD-1002' });

  it('can also be read as a pair', () => {
    expect(unpackPayment(encodePresented(presented), payload)).toEqual(presented);
  });

  it('becomes a different payment for another request, so that its signatures fail', () => {
    const other = newRequest({ currency: 'CNY' });
    const unpacked = unpackPayment(packPayment(presented), other);
    expect(unpacked.voucher).not.toEqual(presented.voucher);
    expect(unpacked.certificate).not.toEqual(presented.certificate);
  });

  it('with the longest names fits into a code of 600 bytes', () => {
    const device = newDevice({
      channel: CHANNEL,
      bankId: LONGEST,
      customerId: LONGEST,
      deviceId: LONGEST,
      epoch: 99_999_999,
      total: MONEY,
      perPayment: MONEY,
      policyVersion: NUMBER,
      sequence: NUMBER,
    });
    const asked = newRequest({ channel: CHANNEL, amount: 1n });
    const voucher = forge(
      pay(device, asked),
      { counter: 64, previous: Buffer.alloc(32, 1), cumulative: MONEY },
      asked,
    ).voucher;
    const packed = packPayment({ voucher, certificate: device.certificateBytes });
    expect(packed.length).toBeLessThanOrEqual(LONGEST_SHOWN);
    tellSize('a payment', packed);
  });

  it('has no second form: the first voucher has no previous digest, and any other has one', () => {
    const packed = packPayment(presented);
    // The list before the sum is empty. A list with zeros would mean the same.
    const at = packed.lastIndexOf(Buffer.from('0180', 'hex'));
    const zeros = Buffer.concat([
      packed.subarray(0, at),
      Buffer.from('01815820', 'hex'),
      Buffer.alloc(32),
      packed.subarray(at + 2),
    ]);
    expect(refusal(() => unpackPayment(zeros, payload))).toBe('OFFLINE_MALFORMED');
  });
});

describe("a terminal's statements fit into a code of 600 bytes without packing", () => {
  const [voucherDigest, hash] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];

  it.each([
    ['receipt', encodeReceipt({ voucherDigest, requestHash: hash, acceptedAt: LAST })],
    ['cancellation', encodeCancellation({ requestHash: hash, cancelledAt: LAST })],
  ] as const)('a %s', (kind, content) => {
    const whole = signed(`offpay/${kind}`, content, VECTOR_KEYS.terminal);
    expect(whole.length).toBeLessThanOrEqual(LONGEST_SHOWN);
    tellSize(`a ${kind}`, whole);
  });
});

it('anything else is refused, and never read as a different object', () => {
  const shown = [packRequest({ request, payee: newPayee() }), packPayment(presented)] as const;
  fc.assert(
    fc.property(
      fc.constantFrom(0, 1),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (which, place, change) => {
        const bytes = Buffer.from(shown[which]);
        const at = place % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(at) ^ change, at);
        const outcome = refusal(() =>
          which === 0 ? unpackRequest(bytes, channel) : unpackPayment(bytes, payload),
        );
        expect(['accepted', 'OFFLINE_MALFORMED']).toContain(outcome);
        const cut = bytes.subarray(0, at);
        const short = refusal(() =>
          which === 0 ? unpackRequest(cut, channel) : unpackPayment(cut, payload),
        );
        expect(short).toBe('OFFLINE_MALFORMED');
      },
    ),
  );
});
