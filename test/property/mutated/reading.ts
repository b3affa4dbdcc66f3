// SPDX-License-Identifier: Apache-2.0
// The objects of payments without a network, read a second time: by another CBOR library and by a table that is written down from
// the specification alone. Shares no code with the domain.
import { createHash } from 'node:crypto';
import { decodeFirstSync, encodeCanonical, Tagged } from 'cbor';
import { defined, type Tuple } from '../../support/defined.js';

/** What our objects are made of. */
export type Value = bigint | string | Buffer | readonly Value[];

type Shape = (value: unknown) => boolean;

const isWhole = (value: unknown): value is bigint | number =>
  typeof value === 'bigint' || Number.isSafeInteger(value);

/** Arrays of values that nobody has looked at yet: `Array.isArray` alone gives `any[]`. */
export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

const whole =
  (from: bigint, to: bigint): Shape =>
  (value) =>
    isWhole(value) && BigInt(value) >= from && BigInt(value) <= to;
const bytes =
  (length: number): Shape =>
  (value) =>
    Buffer.isBuffer(value) && value.length === length;
const text =
  (pattern: RegExp): Shape =>
  (value) =>
    typeof value === 'string' && pattern.test(value);
const list =
  (item: Shape, most: number): Shape =>
  (value) =>
    Array.isArray(value) && value.length <= most && value.every(item);
const items =
  (...shapes: readonly Shape[]): Shape =>
  (value) =>
    isList(value) &&
    value.length === shapes.length &&
    shapes.every((shape, index) => shape(value[index]));
const both =
  (one: Shape, other: Shape): Shape =>
  (value) =>
    one(value) && other(value);

const money = whole(1n, 10n ** 18n - 1n);
const amount = whole(0n, 10n ** 18n - 1n);
const number = whole(0n, 4_294_967_295n);
const time = whole(0n, 8_640_000_000_000n);
const seconds = whole(0n, 8_640_000_000n);
const epoch = whole(0n, 99_999_999n);
const count = whole(1n, 64n);
const digest = bytes(32);
const id = text(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const channel = text(/^[a-z][a-z0-9.-]{0,248}$/);
const currency = text(/^[A-Z]{3}$/);
const licence = text(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/);
const name: Shape = (value) =>
  typeof value === 'string' &&
  Buffer.byteLength(value) <= 64 &&
  value === value.normalize('NFC') &&
  value
    .split(' ')
    .every((word) => /^[\p{L}\p{N}\p{P}\p{S}][\p{L}\p{M}\p{N}\p{P}\p{S}]*$/u.test(word));

const revocations = list(items(id, id, list(epoch, 1)), 10_000);
/** Caps whose currencies, the first field of each, rise. */
const rising: Shape = (caps) => {
  if (!isList(caps)) return false;
  const currencies = caps.map((cap) => (isList(cap) ? String(cap[0]) : ''));
  return currencies.every((each, index) => index === 0 || (currencies[index - 1] ?? '') < each);
};
const policy = items(
  ...[number, both(list(items(currency, amount, amount), 20), rising), count],
  ...[seconds, seconds, seconds, seconds, seconds, whole(0n, 1n)],
);

type Fields = readonly (readonly [field: string, shape: Shape])[];

const CERTIFICATE: Fields = [
  ...([
    ['channel', channel],
    ['bankId', id],
    ['customerId', id],
    ['deviceId', id],
  ] as const),
  ...([
    ['epoch', epoch],
    ['deviceKey', bytes(64)],
    ['currency', currency],
  ] as const),
  ...([
    ['total', money],
    ['perPayment', money],
    ['highestCounter', count],
  ] as const),
  ...([
    ['spendUntil', time],
    ['claimUntil', time],
    ['policyVersion', number],
  ] as const),
  ['sequence', number],
];
const REQUEST: Fields = [
  ...([
    ['channel', channel],
    ['merchantId', id],
    ['terminalId', id],
    ['orderNumber', id],
  ] as const),
  ...([
    ['amount', money],
    ['currency', currency],
    ['nonce', bytes(16)],
  ] as const),
  ...([
    ['bulletinNumber', number],
    ['createdAt', time],
    ['expiresAt', time],
  ] as const),
  ['purpose', list(digest, 1)],
];
const VOUCHER: Fields = [
  ...([
    ['certificateDigest', digest],
    ['counter', count],
    ['previous', digest],
  ] as const),
  ...([
    ['cumulative', money],
    ['requestHash', digest],
    ['time', time],
  ] as const),
];
const PAYEE: Fields = [
  ...([
    ['channel', channel],
    ['bankId', id],
    ['merchantId', id],
    ['terminalId', id],
  ] as const),
  ...([
    ['terminalKey', bytes(64)],
    ['name', name],
    ['licence', licence],
  ] as const),
  ['validUntil', time],
];

export const PAYLOADS = {
  'device-certificate': CERTIFICATE,
  'payment-request': REQUEST,
  voucher: VOUCHER,
  'payee-certificate': PAYEE,
  receipt: [
    ['voucherDigest', digest],
    ['requestHash', digest],
    ['acceptedAt', time],
  ],
  cancellation: [
    ['requestHash', digest],
    ['cancelledAt', time],
  ],
  bulletin: [
    ...([
      ['bankId', id],
      ['channel', channel],
      ['number', number],
      ['issuedAt', time],
    ] as const),
    ...([
      ['revoked', revocations],
      ['policy', policy],
    ] as const),
  ],
  /** Forms that nobody signs. */
  'packed-request': [
    ...REQUEST.filter(([field]) => field !== 'channel' && field !== 'expiresAt'),
    ['lasts', seconds],
    ['signature', bytes(64)],
    ['payee', list(items(bytes(64), name, licence, time, bytes(8), bytes(64)), 1)],
  ],
  'packed-payment': [
    ...CERTIFICATE.filter(([field]) => field !== 'channel' && field !== 'currency'),
    ...([
      ['kid', bytes(8)],
      ['certificateSignature', bytes(64)],
      ['counter', count],
    ] as const),
    ...([
      ['previous', list(digest, 1)],
      ['cumulative', money],
      ['requestHash', digest],
    ] as const),
    ...([
      ['time', time],
      ['voucherSignature', bytes(64)],
    ] as const),
  ],
  'bulletin-changes': [
    ...([
      ['since', number],
      ['removed', revocations],
      ['added', revocations],
    ] as const),
    ...([
      ['number', number],
      ['issuedAt', time],
      ['policy', policy],
    ] as const),
    ...([
      ['kid', bytes(8)],
      ['signature', bytes(64)],
    ] as const),
  ],
} as const satisfies Readonly<Record<string, Fields>>;

export type Kind = keyof typeof PAYLOADS;

/** Kinds that are signed, and whether an issuer does it. */
export const SIGNED = {
  'device-certificate': true,
  'payee-certificate': true,
  bulletin: true,
  'payment-request': false,
  voucher: false,
  receipt: false,
  cancellation: false,
} as const;

export type SignedKind = keyof typeof SIGNED;

/** By the names above; whole numbers as bigint. */
export type Content = Readonly<Record<string, Value>>;

/** A field that its shape has shown to be a number. @throws when it is none */
export function numberOf(value: Value | undefined): bigint {
  if (typeof value !== 'bigint') throw new TypeError('this field is no number');
  return value;
}

/** A field that its shape has shown to be bytes. @throws when it is none */
export function bytesOf(value: Value | undefined): Buffer {
  if (!Buffer.isBuffer(value)) throw new TypeError('this field is no byte string');
  return value;
}

/** A field that its shape has shown to be text. @throws when it is none */
export function stringOf(value: Value | undefined): string {
  if (typeof value !== 'string') throw new TypeError('this field is no text');
  return value;
}

const isListOfValues = (value: Value | undefined): value is readonly Value[] => isList(value);

/** A field that its shape has shown to be a list. @throws when it is none */
export function listOf(value: Value | undefined): readonly Value[] {
  if (!isListOfValues(value)) throw new TypeError('this field is no list');
  return value;
}

const isPossible = (kind: Kind, content: Content): boolean => {
  if (kind === 'device-certificate')
    return numberOf(content['claimUntil']) > numberOf(content['spendUntil']);
  if (kind === 'payment-request')
    return numberOf(content['expiresAt']) > numberOf(content['createdAt']);
  if (kind !== 'voucher') return true;
  const isNone = bytesOf(content['previous']).every((byte) => byte === 0);
  return (content['counter'] === 1n) === isNone;
};

function plain(value: unknown): Value {
  if (isList(value)) return value.map(plain);
  if (typeof value === 'number') return BigInt(value);
  if (typeof value === 'bigint' || typeof value === 'string' || Buffer.isBuffer(value))
    return value;
  throw new TypeError('no shape lets this value through');
}

/** @returns the one thing that the bytes are, undefined when they are not in its one form. */
export function decoded(encoded: Uint8Array): unknown {
  try {
    const value: unknown = decodeFirstSync(Buffer.from(encoded));
    return encodeCanonical(value).equals(encoded) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @returns what the payload says, undefined when it is none of this kind. */
export function readPayload(kind: Kind, payload: Uint8Array): Content | undefined {
  const fields: Fields = PAYLOADS[kind];
  const value = decoded(payload);
  const shape = items(whole(1n, 1n), ...fields.map(([, each]) => each));
  if (!isList(value) || !shape(value)) return undefined;
  const content = Object.fromEntries(
    fields.map(([field], index) => [field, plain(value[index + 1])]),
  );
  return isPossible(kind, content) ? content : undefined;
}

export interface Sign1 {
  readonly content: Content;
  readonly payload: Buffer;
  readonly kid: Buffer | undefined;
  readonly signed: Buffer;
  readonly signature: Buffer;
  readonly digest: Buffer;
}

export const sha256 = (value: Uint8Array): Buffer => createHash('sha256').update(value).digest();

/** @returns whether the nonce names the key: behind four bytes that are random, twelve of a hash. */
export const isNonceOf = (nonce: Buffer, point: Buffer): boolean =>
  sha256(Buffer.concat([Buffer.from('offpay/request-nonce'), point, nonce.subarray(0, 4)]))
    .subarray(0, 12)
    .equals(nonce.subarray(4));

/** @returns what is signed of a payload. */
export function signedBytes(kind: SignedKind, payload: Uint8Array, kid?: Uint8Array): Buffer {
  const entries: [number, unknown][] = [
    [1, -7],
    [3, `offpay/${kind}`],
  ];
  if (kid !== undefined) entries.push([4, Buffer.from(kid)]);
  const header = encodeCanonical(new Map(entries));
  return encodeCanonical(['Signature1', header, Buffer.alloc(0), Buffer.from(payload)]);
}

/** A signed object out of its parts. */
export function sign1Of(
  kind: SignedKind,
  payload: Buffer,
  signature: Buffer,
  kid?: Buffer,
): Sign1 | undefined {
  const content = readPayload(kind, payload);
  if (content === undefined || (kid !== undefined) !== SIGNED[kind]) return undefined;
  const signed = signedBytes(kind, payload, kid);
  return { content, payload, kid, signed, signature, digest: sha256(signed) };
}

type Envelope = readonly [header: Buffer, unprotected: unknown, payload: Buffer, signature: Buffer];

const isEnvelope = (value: unknown): value is Envelope =>
  Array.isArray(value) &&
  value.length === 4 &&
  [value[0], value[2]].every((part) => Buffer.isBuffer(part)) &&
  bytes(64)(value[3]) &&
  encodeCanonical(value[1]).equals(Buffer.from('a0', 'hex'));

/** The issuer that a header names. */
function kidIn(header: Buffer): Buffer | undefined {
  const entries = decoded(header);
  const kid: unknown = entries instanceof Map ? entries.get(4) : undefined;
  return Buffer.isBuffer(kid) && kid.length === 8 ? kid : undefined;
}

/** @returns the signed object, undefined when the bytes are not its one form. Whose signature it is, nobody has asked yet. */
export function readSign1(kind: SignedKind, encoded: Uint8Array): Sign1 | undefined {
  const value = decoded(encoded);
  if (!(value instanceof Tagged) || value.tag !== 18 || !isEnvelope(value.value)) return undefined;
  const [header, , payload, signature] = value.value;
  const read = sign1Of(kind, payload, signature, kidIn(header));
  const expected = encodeCanonical(['Signature1', header, Buffer.alloc(0), payload]);
  return read?.signed.equals(expected) === true ? read : undefined;
}

/** What the world's own parties signed. @throws when the bytes are none of this kind */
export const genuine = (kind: SignedKind, encoded: Uint8Array): Sign1 =>
  defined(readSign1(kind, encoded), `genuine ${kind}`);

/** @returns whether the value is a list of this many byte strings. */
export const isListOfBytes = <Count extends number>(
  value: unknown,
  length: Count,
): value is Tuple<Buffer, Count> =>
  isList(value) && value.length === length && value.every((each) => Buffer.isBuffer(each));

export type ShortVoucher = readonly [
  sequence: number,
  counter: number,
  cumulative: number,
  time: number,
  signature: Buffer,
  previous: readonly Buffer[],
];

const shortVoucher = items(number, count, money, time, bytes(64), list(digest, 1));

/** What a claim leaves out of a voucher is not in it. */
export const isShortVoucher = (value: unknown): value is ShortVoucher => shortVoucher(value);

/** @returns the payload that says this. */
export const writePayload = (kind: Kind, content: Content): Buffer =>
  encodeCanonical([1, ...PAYLOADS[kind].map(([field]) => content[field])]);
