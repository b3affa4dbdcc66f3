// SPDX-License-Identifier: Apache-2.0
// The objects of payments without a network, read a second time: by another CBOR library and by a table that is written down from
// the specification alone. Shares no code with the domain.
import { createHash } from 'node:crypto';
import { decodeFirstSync, encodeCanonical, Tagged } from 'cbor';

/** What our objects are made of. */
export type Value = bigint | string | Buffer | readonly Value[];

type Shape = (value: unknown) => boolean;

const whole =
  (from: bigint, to: bigint): Shape =>
  (value) =>
    (typeof value === 'bigint' || Number.isSafeInteger(value)) &&
    BigInt(value as number) >= from &&
    BigInt(value as number) <= to;
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
    Array.isArray(value) &&
    value.length === shapes.length &&
    shapes.every((shape, index) => shape((value as unknown[])[index]));
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
const rising: Shape = (caps) =>
  (caps as readonly (readonly [string])[]).every(
    ([each], index, all) => index === 0 || all[index - 1]![0] < each,
  );
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

const isPossible = (kind: Kind, content: Content): boolean => {
  if (kind === 'device-certificate') return content['claimUntil']! > content['spendUntil']!;
  if (kind === 'payment-request') return content['expiresAt']! > content['createdAt']!;
  const isNone = (content['previous'] as Buffer | undefined)?.every((byte) => byte === 0);
  return kind !== 'voucher' || (content['counter'] === 1n) === isNone;
};

const plain = (value: unknown): Value =>
  Array.isArray(value)
    ? value.map(plain)
    : typeof value === 'number'
      ? BigInt(value)
      : (value as Value);

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
  if (!shape(value)) return undefined;
  const values = (value as unknown[]).slice(1).map(plain);
  const content = Object.fromEntries(fields.map(([field], index) => [field, values[index]!]));
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

/** @returns whether the value is a list of so many byte strings. */
export const isListOfBytes = (value: unknown, length: number): value is readonly Buffer[] =>
  list(Buffer.isBuffer.bind(Buffer), length)(value) && (value as unknown[]).length === length;

/** What a claim leaves out of a voucher is not in it. */
export const isShortVoucher: Shape = items(
  ...[number, count, money, time, bytes(64), list(digest, 1)],
);

const toBuffer = (value: Value): unknown =>
  Array.isArray(value) ? (value as readonly Value[]).map(toBuffer) : value;

/** @returns the payload that says this. */
export const writePayload = (kind: Kind, content: Content): Buffer =>
  encodeCanonical([1, ...PAYLOADS[kind].map(([field]) => toBuffer(content[field]!))]);
