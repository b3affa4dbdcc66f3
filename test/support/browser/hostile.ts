// SPDX-License-Identifier: Apache-2.0
// Signatures, keys and certificates, each wrong in a way that two implementations might not agree on, and right ones between.
import { generateKeyPairSync } from 'node:crypto';
import { shortKeyOf, signBytes } from '@fabric-offline-pay/domain';
import * as fc from 'fast-check';
import { CERTIFICATES, spkiOf } from '../offline-world.js';
import type { HostileSignature } from './vector-answers.js';

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const FIELD = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;

const scalar = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
const numberOf = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);
const flipped = (bytes: Buffer, bit: number): Buffer => {
  const copy = Buffer.from(bytes);
  const at = (bit >> 3) % copy.length;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit & 7));
  return copy;
};

/** @param bit chosen by chance */
type Change = (bytes: Buffer, bit: number) => Buffer;

const same: Change = (bytes) => bytes;
const part =
  (at: 0 | 1, to: (value: bigint, bit: number) => bigint): Change =>
  (bytes, bit) => {
    const parts = [bytes.subarray(0, 32), bytes.subarray(32, 64)];
    parts[at] = scalar(to(numberOf(parts[at] ?? bytes), bit));
    return Buffer.concat(parts);
  };
const EDGES = [
  0n,
  1n,
  ORDER >> 1n,
  (ORDER >> 1n) + 1n,
  ORDER - 1n,
  ORDER,
  FIELD,
  (1n << 256n) - 1n,
];
const edge = (_: bigint, bit: number): bigint => EDGES[bit % EDGES.length] ?? 0n;

const SIGNATURES: readonly Change[] = [
  ...[same, same, same, flipped, part(0, edge), part(1, edge)],
  part(1, (s) => ORDER - s),
  part(0, (r) => (r + ORDER) % (1n << 256n)),
  (bytes) => bytes.subarray(0, 63),
  (bytes) => Buffer.concat([bytes, Buffer.of(0)]),
  () => Buffer.alloc(0),
  () => Buffer.alloc(64),
];

/** Of SubjectPublicKeyInfo, whose last 64 bytes are the point. */
const point =
  (change: Change): Change =>
  (der, bit) =>
    Buffer.concat([der.subarray(0, -64), change(der.subarray(-64), bit)]);

const KEYS: readonly Change[] = [
  ...Array.from({ length: 10 }, () => same),
  ...[flipped, point(flipped)],
  point(part(0, edge)),
  point(part(1, edge)),
  // The other point of this x, which is one as well.
  point(part(1, (y) => FIELD - y)),
  point(part(0, (x) => (x + FIELD) % (1n << 256n))),
  (der) => der.subarray(0, -1),
  (der) => Buffer.concat([der, Buffer.of(0)]),
  () => Buffer.alloc(91),
  () => Buffer.alloc(0),
];

const SHORTS: readonly Change[] = [
  ...[same, same, flipped],
  (short, bit) => Buffer.concat([Buffer.of(bit % 8), short.subarray(1)]),
  (short, bit) => Buffer.concat([short.subarray(0, 1), scalar(edge(0n, bit))]),
  (short) => short.subarray(0, 32),
  (short) => Buffer.concat([short, Buffer.of(0)]),
  () => Buffer.alloc(33),
];

/** Ways to write base64, of which only the first is the canonical one. */
const TEXTS: readonly ((bytes: Buffer) => string)[] = [
  ...Array.from({ length: 20 }, () => (bytes: Buffer) => bytes.toString('base64')),
  (bytes) => bytes.toString('base64url'),
  (bytes) => bytes.toString('base64').replace(/=+$/, ''),
  (bytes) => `${bytes.toString('base64')}=`,
  (bytes) => `${bytes.toString('base64')}A`,
  (bytes) => ` ${bytes.toString('base64')}`,
  (bytes) => `${bytes.toString('base64')}\n`,
  (bytes) => bytes.toString('base64').replace(/.$/, 'é'),
];

const SIGNERS = Array.from(
  { length: 4 },
  () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
);

const signatureBy = fc
  .record({
    signer: fc.constantFrom(...SIGNERS),
    message: fc.uint8Array({ maxLength: 80 }),
    signature: fc.constantFrom(...SIGNATURES),
    key: fc.constantFrom(...KEYS),
    short: fc.constantFrom(...SHORTS),
    text: fc.constantFrom(...TEXTS),
    bit: fc.nat({ max: 1023 }),
  })
  .map(({ signer, message, text, bit, ...change }): HostileSignature => {
    const spki = spkiOf(signer);
    return {
      spki: text(change.key(Buffer.from(spki, 'base64'), bit)),
      short: text(change.short(Buffer.from(shortKeyOf(spki), 'base64'), bit)),
      message: Buffer.from(message).toString('hex'),
      signature: change.signature(signBytes(signer, message), bit).toString('hex'),
    };
  });

export const hostileSignatures = (seed: number, numRuns: number): readonly HostileSignature[] =>
  fc.sample(signatureBy, { seed, numRuns });

const derOf = (pem: string): Buffer =>
  Buffer.from(pem.replaceAll(/-----[^-]+-----/g, ''), 'base64');
const pemOf = (der: Buffer): string =>
  [
    '-----BEGIN CERTIFICATE-----',
    ...(der.toString('base64').match(/.{1,64}/g) ?? []),
    '-----END CERTIFICATE-----\n',
  ].join('\n');

const ALL = Object.values(CERTIFICATES);

type Pair = readonly [issuer: string, authority: string];

/** Each certificate under each. */
export const certificatePairs: readonly Pair[] = ALL.flatMap((issuer) =>
  ALL.map((authority) => [issuer, authority] as const),
);

/** The issuer's certificate with a bit that is another, under its authority. */
export const damagedPairs = (seed: number, numRuns: number): readonly Pair[] => {
  const { issuer, root } = CERTIFICATES;
  const der = derOf(issuer);
  return fc
    .sample(fc.nat({ max: 8 * der.length - 1 }), { seed, numRuns })
    .map((bit) => [pemOf(flipped(der, bit)), root]);
};
