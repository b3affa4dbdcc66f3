// SPDX-License-Identifier: Apache-2.0
// What a QR code holds: smaller, unambiguous, and the same bytes again when it is unpacked.
import fc from 'fast-check';
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
/** The last moment that any time can say. */
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
  it('comes out as it was signed, alone and with its payee', () => {
    const alone = unpackRequest(packRequest({ request }), channel);
    expect(alone).toEqual({ request, payee: undefined });
    const payee = newPayee();
    const both = unpackRequest(packRequest({ request, payee }), channel);
    expect(both.request.equals(request)).toBe(true);
    const certificate = payeeCertificateOf(
      both.payee!,
      decodePaymentRequest(payload),
      OFFLINE_BANK,
    );
    expect(certificate.equals(payee)).toBe(true);
  });

  it('is read as it is, too', () => {
    expect(unpackRequest(request, channel)).toEqual({ request, payee: undefined });
  });

  it('comes out another one on another channel, so that its signature fails', () => {
    const other = unpackRequest(packRequest({ request }), 'other');
    expect(other.request.equals(request)).toBe(false);
  });

  it('of the longest names fits into a code of 600 bytes, with its payee', () => {
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
  it('comes out as it was signed, of the first and of a later counter', () => {
    expect(unpackPayment(packPayment(presented), payload)).toEqual(presented);
    const later = pay(payment.device, payload2);
    const whole = { ...presented, voucher: later.voucher };
    expect(unpackPayment(packPayment(whole), payload2)).toEqual(whole);
  });
  const payload2 = newRequest({ orderNumber: 'ORD-1002' });

  it('is read as a pair, too', () => {
    expect(unpackPayment(encodePresented(presented), payload)).toEqual(presented);
  });

  it('comes out another one for another request, so that its signatures fail', () => {
    const other = newRequest({ currency: 'CNY' });
    const unpacked = unpackPayment(packPayment(presented), other);
    expect(unpacked.voucher).not.toEqual(presented.voucher);
    expect(unpacked.certificate).not.toEqual(presented.certificate);
  });

  it('of the longest names fits into a code of 600 bytes', () => {
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

  it('has no second form: nothing before the first voucher, something before any other', () => {
    const packed = packPayment(presented);
    // The list before the sum is empty: one that holds zeros would say the same.
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

describe('what a terminal states afterwards fits into a code of 600 bytes as it is', () => {
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

it('anything else is refused, and never something else than it was', () => {
  const shown = [packRequest({ request, payee: newPayee() }), packPayment(presented)] as const;
  fc.assert(
    fc.property(
      fc.constantFrom(0, 1),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (which, place, change) => {
        const bytes = Buffer.from(shown[which]);
        const at = place % bytes.length;
        bytes[at] = bytes[at]! ^ change;
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
