// SPDX-License-Identifier: Apache-2.0
// The published vectors of what is shown, claimed and told apart from signed objects alone: packed forms, evidence, short claims and
// bulletin changes; and of what has the wrong form, at every reader.
import {
  applyBulletinChanges,
  decodeBulletin,
  decodeCancellation,
  decodeDeviceCertificate,
  decodePayeeCertificate,
  decodePaymentEvidence,
  decodePaymentRequest,
  decodePresented,
  decodeReceipt,
  decodeVoucher,
  encodePaymentEvidence,
  encodePresented,
  packPayment,
  packRequest,
  parseCose,
  payeeCertificateOf,
  readBatched,
  requestStartOf,
  restoreReserve,
  settleClaim,
  unlessMalformed,
  unpackPayment,
  unpackRequest,
  verifyBulletin,
  wholeClaim,
  type Bulletin,
  type StoredReserve,
} from '@fabric-offline-pay/domain';
import { defined, firstOf } from '../support/defined.js';
import { CHANNEL, refusal } from '../support/offline-world.js';
import vectors from '../vectors/offline.json';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');
const { issuers } = vectors;

describe('a packed request', () => {
  it.each(vectors.packedRequests)('$name', ({ channel, packed, request, payee, bankId }) => {
    const whole = { request: bytes(request), ...(payee !== null && { payee: bytes(payee) }) };
    expect(hex(packRequest(whole))).toBe(packed);
    const unpacked = unpackRequest(bytes(packed), channel);
    expect(hex(unpacked.request)).toBe(request);
    const { payload } = parseCose('offpay/payment-request', unpacked.request);
    const certificate =
      unpacked.payee &&
      payeeCertificateOf(unpacked.payee, decodePaymentRequest(payload), bankId ?? '');
    expect(certificate === undefined ? null : hex(certificate)).toBe(payee);
  });
});

describe('a packed payment, and a pair', () => {
  it.each(vectors.packedPayments)('$name', ({ request, packed, pair, voucher, certificate }) => {
    const whole = { voucher: bytes(voucher), certificate: bytes(certificate) };
    expect(hex(packPayment(whole))).toBe(packed);
    expect(hex(encodePresented(whole))).toBe(pair);
    for (const shown of [packed, pair])
      expect(unpackPayment(bytes(shown), bytes(request))).toEqual(whole);
  });
});

describe('the evidence', () => {
  it.each(vectors.evidence)('$name', ({ bytes: evidence, name, ...parts }) => {
    const { request, voucher, certificate, payee, receipt } = parts;
    const whole = {
      ...{ request: bytes(request), voucher: bytes(voucher), certificate: bytes(certificate) },
      ...{ payee: bytes(payee), receipt: bytes(receipt) },
    };
    expect(hex(encodePaymentEvidence(whole))).toBe(evidence);
    expect(decodePaymentEvidence(bytes(evidence))).toEqual(whole);
    expect(name).not.toBe('');
  });
});

describe('the ledger answers to a short claim', () => {
  const { context, claims } = vectors.shortClaims;
  const reserve = restoreReserve(vectors.shortClaims.reserve as unknown as StoredReserve);
  const known = {
    requestStart: requestStartOf(context.channel, context.merchantId),
    certificates: reserve.certificates,
  };

  it.each(claims)('$expected: $name', ({ voucher, request, before, whole, expected }) => {
    const claim = { voucher: bytes(voucher), requestPayload: bytes(request) };
    const told = before === null ? undefined : bytes(before);
    const read = unlessMalformed(() => readBatched(claim, known, told));
    expect(settleClaim(reserve, read, context).verdict).toBe(expected);
    if (whole === null) return;
    const restored = wholeClaim(defined(read, 'claim that was read'));
    expect(hex(restored.voucher)).toBe(whole.voucher);
    expect(hex(restored.requestPayload)).toBe(whole.request);
  });

  it('nothing but the verdicts that the text names', () => {
    const met = new Set(claims.map(({ expected }) => expected));
    expect([...met].sort()).toEqual(['badSignature', 'malformed', 'settled', 'unknownCertificate']);
  });
});

const knownBulletin = (signed: string): Bulletin => verifyBulletin(bytes(signed), issuers);

describe('bulletin changes', () => {
  it.each(vectors.changes)('$expected: $name', ({ known, changes, newest, expected }) => {
    const put = (): Buffer => applyBulletinChanges(knownBulletin(known), bytes(changes));
    expect(refusal(() => verifyBulletin(put(), issuers))).toBe(expected);
    if (newest !== null) expect(hex(put())).toBe(newest);
  });
});

const ASKED = bytes(firstOf(vectors.packedPayments).request);
const FROM = firstOf(vectors.changes);

/** Each reader of the protocol, by what it reads. */
const READERS: Readonly<Record<string, (read: Buffer) => unknown>> = {
  'device-certificate': decodeDeviceCertificate,
  'payee-certificate': decodePayeeCertificate,
  'payment-request': decodePaymentRequest,
  voucher: decodeVoucher,
  receipt: decodeReceipt,
  cancellation: decodeCancellation,
  bulletin: decodeBulletin,
  'signed voucher': (read) => parseCose('offpay/voucher', read),
  'signed device-certificate': (read) => parseCose('offpay/device-certificate', read),
  'packed-request': (read) => unpackRequest(read, CHANNEL),
  'packed-payment': (read) => unpackPayment(read, ASKED),
  pair: decodePresented,
  'payment-evidence': decodePaymentEvidence,
  'bulletin-changes': (read) => applyBulletinChanges(knownBulletin(FROM.known), read),
};

describe('what has another form is refused', () => {
  it.each(vectors.malformed)('$of: $name', ({ of, bytes: read }) => {
    expect(refusal(() => defined(READERS[of], `reader of ${of}`)(bytes(read)))).toBe(
      'OFFLINE_MALFORMED',
    );
  });

  it('by every reader, which reads the right one', () => {
    const objects = vectors.objects.map(({ purpose, payload, bytes: whole }) => ({
      kind: purpose.replace('offpay/', ''),
      ...{ payload, whole },
    }));
    const right = [
      ...objects.map(({ kind, payload }) => [kind, payload] as const),
      ...objects.map(({ kind, whole }) => [`signed ${kind}`, whole] as const),
      ...vectors.packedRequests.map(({ packed }) => ['packed-request', packed] as const),
      ...vectors.packedPayments.map(({ packed }) => ['packed-payment', packed] as const),
      ...vectors.packedPayments.map(({ pair }) => ['pair', pair] as const),
      ...vectors.evidence.map((evidence) => ['payment-evidence', evidence.bytes] as const),
      ['bulletin-changes', FROM.changes] as const,
    ].filter(([of]) => of in READERS);
    for (const [of, read] of right)
      expect(() => defined(READERS[of], `reader of ${of}`)(bytes(read))).not.toThrow();
    const refused = new Set(vectors.malformed.map(({ of }) => of));
    expect([...refused].sort()).toEqual(Object.keys(READERS).sort());
    expect(Object.keys(READERS).filter((of) => !right.some(([kind]) => kind === of))).toEqual([]);
  });

  it('in every way that an encoding can be another, wherever it can', () => {
    const payloads = Object.keys(READERS).filter((of) => !of.includes('signed'));
    const ways = [
      ...['an array of indefinite length', 'a longer form of the length of the array'],
      ...['a byte after the end', 'a byte too few', 'an item too many', 'an item too few'],
    ];
    const values = payloads.filter((of) => of !== 'pair' && of !== 'payment-evidence');
    const wrong = [
      ...['a longer form of a number', 'a text instead of a number', 'a negative number'],
      ...['a float', 'null', 'true', 'a tag', 'a map instead of the array', 'another version'],
    ];
    const met = new Set(vectors.malformed.map(({ of, name }) => `${of}: ${name}`));
    const wanted = [
      ...payloads.flatMap((of) => ways.map((way) => `${of}: ${way}`)),
      ...values.flatMap((of) => wrong.map((way) => `${of}: ${way}`)),
    ];
    expect(wanted.filter((entry) => !met.has(entry))).toEqual([]);
  });
});
