// SPDX-License-Identifier: Apache-2.0
// The published vectors of the offline protocol: our code agrees with each, and so does another CBOR library with node's
// own signatures, which knows nothing of our code.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeFirstSync, encodeCanonical, Tagged } from 'cbor';
import {
  acceptVoucher,
  assembleCose,
  coseDigest,
  decodeFraudProof,
  encodeBulletin,
  encodeCancellation,
  encodeDeviceCertificate,
  encodePayeeCertificate,
  encodePaymentRequest,
  encodeReceipt,
  encodeVoucher,
  ERRORS,
  parseCose,
  PROOF_FAULTS,
  requestHash,
  restoreEntry,
  restoreReserve,
  settleVoucher,
  sigStructure,
  protectedHeader,
  VERDICTS,
  verifyBulletin,
  verifyCose,
  verifyFraudProof,
  type Bulletin,
  type Cancellation,
  type CosePurpose,
  type CounterTuple,
  type DeviceCertificate,
  type PayeeCertificate,
  type PaymentReceipt,
  type PaymentRequest,
  type StoredReserve,
  type Voucher,
} from '@fabric-offline-pay/domain';
import { itemWhere } from '../support/defined.js';
import { refusal, VECTOR_KEYS } from '../support/offline-world.js';
import vectors from '../vectors/offline.json';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');

/** Fields of the vectors that are not as JSON has them. */
const MONEY = new Set(['amount', 'total', 'perPayment', 'cumulative']);
const BYTES = new Set([
  'deviceKey',
  'nonce',
  'termsDigest',
  'certificateDigest',
  'previous',
  'requestHash',
  'terminalKey',
  'voucherDigest',
]);

const revived = (value: object): unknown =>
  JSON.parse(JSON.stringify(value), (name: string, item: unknown) =>
    typeof item !== 'string'
      ? item
      : MONEY.has(name)
        ? BigInt(item)
        : BYTES.has(name)
          ? bytes(item)
          : item,
  );

/** Statements of backing and reports of audits are no part of the protocol between devices. */
type VectorPurpose = Exclude<CosePurpose, 'offpay/backing' | 'offpay/audit-report'>;

const ENCODERS: Readonly<Record<VectorPurpose, (value: object) => Buffer>> = {
  'offpay/device-certificate': (value) =>
    encodeDeviceCertificate(revived(value) as DeviceCertificate),
  'offpay/payment-request': (value) => encodePaymentRequest(revived(value) as PaymentRequest),
  'offpay/voucher': (value) => encodeVoucher(revived(value) as Voucher),
  'offpay/payee-certificate': (value) => encodePayeeCertificate(revived(value) as PayeeCertificate),
  'offpay/receipt': (value) => encodeReceipt(revived(value) as PaymentReceipt),
  'offpay/cancellation': (value) => encodeCancellation(revived(value) as Cancellation),
  // The policy within is a row of the ledger, whose amounts are decimal strings.
  'offpay/bulletin': (value) => encodeBulletin(value as Bulletin),
};

type Sign1 = readonly [header: Buffer, unprotected: object, content: Buffer, signature: Buffer];

describe.each(vectors.objects)('$name', (vector) => {
  const purpose = vector.purpose as VectorPurpose;
  const kid = vector.kid === null ? undefined : bytes(vector.kid);
  const payload = bytes(vector.payload);
  const key = createPublicKey(VECTOR_KEYS[vector.key as keyof typeof VECTOR_KEYS]);

  it('is written as the vector says', () => {
    expect(hex(ENCODERS[purpose](vector.value))).toBe(vector.payload);
    expect(hex(sigStructure(protectedHeader(purpose, kid), payload))).toBe(vector.sigStructure);
    expect(hex(assembleCose(purpose, payload, bytes(vector.signature), kid))).toBe(vector.bytes);
  });

  it('is read and verified', () => {
    const parts = verifyCose(purpose, bytes(vector.bytes), key);
    expect(hex(parts.payload)).toBe(vector.payload);
    expect(hex(coseDigest(parts))).toBe(vector.digest);
    if ('hash' in vector) expect(hex(requestHash(parts.payload))).toBe(vector.hash);
  });

  it('is the same to another CBOR library', () => {
    const decoded = decodeFirstSync(bytes(vector.bytes)) as Tagged;
    expect(decoded.tag).toBe(18);
    const [header, unprotected, content, signature] = decoded.value as Sign1;
    expect(Object.keys(unprotected)).toEqual([]);
    expect(hex(content)).toBe(vector.payload);
    const entries = decodeFirstSync(header) as Map<number, unknown>;
    expect([...entries.entries()]).toEqual([
      [1, -7],
      [3, purpose],
      ...(kid === undefined ? [] : [[4, kid]]),
    ]);
    expect(hex(encodeCanonical(decodeFirstSync(content)))).toBe(vector.payload);
    expect(leaves(decodeFirstSync(content))).toEqual(expectedLeaves(vector.value));
    const structure = encodeCanonical(['Signature1', header, Buffer.alloc(0), content]);
    expect(hex(structure)).toBe(vector.sigStructure);
    expect(createHash('sha256').update(structure).digest('hex')).toBe(vector.digest);
    const signer = { key, dsaEncoding: 'ieee-p1363' } as const;
    expect(verify('sha256', structure, signer, signature)).toBe(true);
  });
});

/** All values of a payload, without the version, the arrays around them and their order. */
const leaves = (decoded: unknown): string[] => [...inside(decoded)].slice(1).sort();

function* inside(item: unknown): Generator<string> {
  if (Array.isArray(item)) for (const part of item) yield* inside(part);
  else yield Buffer.isBuffer(item) ? hex(item) : String(item);
}

/** Words of the values that the payload says by its form. */
const BY_FORM = new Set(['goods', 'delivery', 'all']);

/** Words that the payload says by a number. */
const NUMBERED = new Map([
  ['merchant', '0'],
  ['bank', '1'],
]);

const expectedLeaves = (value: object): string[] => [...named(value)].sort();

function* named(item: unknown, name = ''): Generator<string> {
  if (Array.isArray(item)) for (const part of item) yield* named(part);
  else if (typeof item === 'object' && item !== null) yield* members(item, name);
  else if (!BY_FORM.has(String(item))) yield NUMBERED.get(String(item)) ?? String(item);
}

function* members(item: object, name: string): Generator<string> {
  for (const [key, part] of Object.entries(item)) {
    if (name === 'caps') yield key;
    yield* named(part, key);
  }
}

describe('a terminal answers', () => {
  it.each(vectors.acceptance)('$expected to $name', (vector) => {
    const { issuers } = vectors;
    const bulletin = verifyBulletin(bytes(vector.bulletin), issuers);
    const terminal = { channel: 'settlement', issuers, bulletin, now: vector.now };
    const presented = { certificate: bytes(vector.certificate), voucher: bytes(vector.voucher) };
    const seen = (vector.seen as unknown as CounterTuple[]).map(restoreEntry);
    expect(refusal(() => acceptVoucher(terminal, bytes(vector.request), presented, seen))).toBe(
      vector.expected,
    );
  });

  it('each of its refusals once', () => {
    const elsewhere = [
      // By the ledger only.
      ...['OFFLINE_RESERVE_INACTIVE', 'OFFLINE_CLAIM_OPEN'],
      ...['OFFLINE_PROOF_INVALID', 'OFFLINE_ISSUER_RETIRED'],
      // By what a terminal stored of its requests, and by who reads a payee certificate.
      ...['OFFLINE_CANCELLED', 'OFFLINE_PAYEE_UNTRUSTED'],
    ];
    // What a merchant lets its own terminal take is between the two.
    const codes = Object.keys(ERRORS).filter((code) => /^OFFLINE_(?!TILL_)/.test(code));
    const met = new Set(vectors.acceptance.map(({ expected }) => expected));
    expect(codes.filter((code) => !met.has(code)).sort()).toEqual(elsewhere.sort());
  });
});

describe('the ledger answers', () => {
  it.each(vectors.settlement)('$expected.verdict to $name', ({ expected, ...vector }) => {
    const stored = (vector.reserve ?? undefined) as unknown as StoredReserve | undefined;
    const reserve = stored && restoreReserve(stored);
    const claim = { voucher: bytes(vector.voucher), requestPayload: bytes(vector.request) };
    const settlement = settleVoucher(reserve, claim, vector.context);
    expect({
      verdict: settlement.verdict,
      credit: settlement.credit,
      status: settlement.reserve?.status ?? null,
      kind: settlement.fraud?.kind ?? null,
    }).toEqual(expected);
  });

  it('each of its verdicts', () => {
    const met = new Set(vectors.settlement.map(({ expected }) => expected.verdict));
    expect([...met].sort()).toEqual(Object.keys(VERDICTS).sort());
  });
});

function faultOf(file: string, roots: readonly string[]): string {
  if (refusal(() => decodeFraudProof(file)) === 'OFFLINE_PROOF_INVALID') return 'malformed';
  const result = verifyFraudProof(decodeFraudProof(file), roots);
  return result.ok ? 'ok' : result.reason;
}

describe('a fraud proof', () => {
  it.each(vectors.proofs)('of $name: $expected', ({ file, roots, expected }) => {
    const trusted = roots.map(
      (name) => vectors.certificates[name as keyof typeof vectors.certificates],
    );
    expect(faultOf(file, trusted)).toBe(expected);
  });

  it('meets each fault', () => {
    const met = new Set(vectors.proofs.map(({ expected }) => expected));
    expect([...met].sort()).toEqual([...Object.keys(PROOF_FAULTS), 'malformed', 'ok'].sort());
  });
});

it('whatever is accepted or settled in the vectors, another CBOR library reads', () => {
  const accepted = vectors.acceptance.filter(({ expected }) => expected === 'accepted');
  const settled = vectors.settlement.filter(({ expected }) => expected.verdict === 'settled');
  for (const { voucher, request } of [...accepted, ...settled]) {
    const { payload } = parseCose('offpay/voucher', bytes(voucher));
    for (const read of [payload, bytes(request)])
      expect(encodeCanonical(decodeFirstSync(read)).equals(read)).toBe(true);
  }
});

describe('the document', () => {
  const text = readFileSync(join(__dirname, '../../docs/offline-protocol.md'), 'utf8');
  const words = text.replaceAll(/ +/g, ' ');

  it('shows the first voucher of the vectors', () => {
    const voucher = itemWhere(vectors.objects, ({ name }) => name === 'first voucher');
    expect(text).toContain(`\`${voucher.payload}\``);
    expect(text).toContain(`\`${voucher.digest}\``);
  });

  it('lists every verdict with its number, and every fault of a proof', () => {
    for (const [verdict, { number }] of Object.entries(VERDICTS))
      expect(words).toContain(`| ${number} | \`${verdict}\` |`);
    for (const fault of Object.keys(PROOF_FAULTS)) expect(words).toContain(`| \`${fault}\` |`);
  });
});
