// SPDX-License-Identifier: Apache-2.0
// ES256 with low S: one key, one text, one signature. Everything else is refused without an exception.
import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { defined, itemAt, itemWhere } from '../../../../test/support/defined';
import { DEVICE_KEY } from '../transactions/examples';
import { signEs256 } from './sign';
import {
  importDeviceKey,
  importShortKey,
  isDeviceKey,
  shortKeyOf,
  verifyBytes,
  verifyEs256,
  withLowS,
} from './signature';

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF_ORDER = ORDER >> 1n;
const TEXT = '{"orderNumber":"ORD-1001","total":"2950"}';

const spkiOf = (key: KeyObject): string =>
  key.export({ type: 'spki', format: 'der' }).toString('base64');
const keyPair = (namedCurve: string) => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
  return { spki: spkiOf(publicKey), privateKey };
};
const bytes32 = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
const partsOf = (signature: string) => {
  const bytes = Buffer.from(signature, 'base64');
  const integer = (part: Buffer) => BigInt(`0x${part.toString('hex')}`);
  return { r: integer(bytes.subarray(0, 32)), s: integer(bytes.subarray(32)) };
};
const join = (r: bigint, s: bigint): string =>
  Buffer.concat([bytes32(r), bytes32(s)]).toString('base64');

const { spki, privateKey } = keyPair('P-256');
const signature = signEs256(privateKey, TEXT);

describe('signing', () => {
  it('always gives 64 bytes with low S that verify; about half had a high S before', () => {
    const values = Array.from({ length: 64 }, (_, index) => `text ${index}`);
    for (const text of values) {
      const signed = signEs256(privateKey, text);
      expect(Buffer.from(signed, 'base64')).toHaveLength(64);
      expect(partsOf(signed).s <= HALF_ORDER).toBe(true);
      expect(verifyEs256(spki, text, signed)).toBe(true);
    }
  });

  it('verifies r and s with any leading zeros or high bits', () => {
    const key = { key: privateKey, dsaEncoding: 'ieee-p1363' as const };
    const texts = Array.from({ length: 3000 }, (_, index) => `text ${index}`);
    const signatures = texts.map((text) => withLowS(sign('sha256', Buffer.from(text), key)));
    expect(signatures.some(([first]) => first === 0)).toBe(true);
    expect(signatures.some((bytes) => bytes[32] === 0)).toBe(true);
    const known = createPublicKey(privateKey);
    const wrong = texts.filter(
      (text, at) => !verifyBytes(known, Buffer.from(text), itemAt(signatures, at)),
    );
    expect(wrong).toEqual([]);
  });

  it('signs UTF-8', () => {
    expect(verifyEs256(spki, 'Größe 数字货币 😀', signEs256(privateKey, 'Größe 数字货币 😀'))).toBe(
      true,
    );
  });
});

describe('verification refuses', () => {
  it('the flipped twin: (r, n − s) verifies mathematically, but has a high S', () => {
    const { r, s } = partsOf(signature);
    const twin = join(r, ORDER - s);
    expect(verifyEs256(spki, TEXT, signature)).toBe(true);
    expect(verifyEs256(spki, TEXT, twin)).toBe(false);
    expect(verifyEs256(spki, TEXT, join(r, ORDER - partsOf(twin).s))).toBe(true);
  });

  it('another text, by one character or by nothing but white space', () => {
    expect(verifyEs256(spki, TEXT.replace('2950', '2951'), signature)).toBe(false);
    expect(verifyEs256(spki, `${TEXT} `, signature)).toBe(false);
  });

  it('another key', () => expect(verifyEs256(keyPair('P-256').spki, TEXT, signature)).toBe(false));

  it('P-384, even with a good signature of its own that is cut to size', () => {
    const other = keyPair('P-384');
    const own = sign('sha256', Buffer.from(TEXT), {
      key: other.privateKey,
      dsaEncoding: 'ieee-p1363',
    });
    expect(verifyEs256(other.spki, TEXT, own.toString('base64'))).toBe(false);
    expect(verifyEs256(other.spki, TEXT, own.subarray(0, 64).toString('base64'))).toBe(false);
    expect(verifyEs256(other.spki, TEXT, signature)).toBe(false);
  });

  it('secp256k1, whose signatures have the same size', () => {
    const other = keyPair('secp256k1');
    const key = { key: other.privateKey, dsaEncoding: 'ieee-p1363' as const };
    const texts = Array.from({ length: 64 }, (_, index) => `text ${index}`);
    const signed = texts.map((text) => [text, sign('sha256', Buffer.from(text), key)] as const);
    const [text, own] = itemWhere(signed, ([, bytes]) => bytes.readUInt8(32) < 0x70);
    expect(own).toHaveLength(64);
    expect(verifyEs256(other.spki, text, own.toString('base64'))).toBe(false);
  });

  it('DER instead of r‖s', () => {
    const der = sign('sha256', Buffer.from(TEXT), privateKey).toString('base64');
    expect(verifyEs256(spki, TEXT, der)).toBe(false);
  });

  it.each([
    ['nothing', ''],
    ['a byte too few', Buffer.alloc(63, 1).toString('base64')],
    ['a byte too many', Buffer.alloc(65, 1).toString('base64')],
    ['r and s zero', join(0n, 0n)],
    ['r zero', join(0n, 1n)],
    ['s zero', join(1n, 0n)],
    ['r at the order', join(ORDER, 1n)],
    ['the largest low S of no signature', join(1n, HALF_ORDER)],
  ])('%s', (_, bad) => expect(verifyEs256(spki, TEXT, bad)).toBe(false));

  it.each(['', 'AAAA', 'not base64 at all', spki.slice(4)])('the malformed key %j', (bad) => {
    expect(isDeviceKey(bad)).toBe(false);
    expect(verifyEs256(bad, TEXT, signature)).toBe(false);
  });

  it.each([
    ['white space', (text: string) => ` ${text}\n`],
    ['no padding', (text: string) => text.replace(/=+$/, '')],
    ['a stray character', (text: string) => `${text}!`],
    ['a second text behind the padding', (text: string) => `${text}AAAA`],
  ])('the same bytes in another text form: %s', (_, change) => {
    expect(verifyEs256(spki, TEXT, change(signature))).toBe(false);
  });
});

describe('device keys', () => {
  it('are P-256 only', () => {
    expect(isDeviceKey(spki)).toBe(true);
    expect(isDeviceKey(keyPair('P-384').spki)).toBe(false);
    expect(isDeviceKey(keyPair('P-521').spki)).toBe(false);
    expect(isDeviceKey(keyPair('secp256k1').spki)).toBe(false);
    expect(isDeviceKey(spkiOf(generateKeyPairSync('ed25519').publicKey))).toBe(false);
    expect(isDeviceKey(spkiOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey))).toBe(
      false,
    );
  });

  it('are never private keys', () => {
    const der = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
    expect(isDeviceKey(der)).toBe(false);
  });

  const LONGER = Buffer.concat([Buffer.from(DEVICE_KEY, 'base64'), Buffer.of(1, 2, 3)]);

  it.each([
    ['bytes behind its structure', LONGER.toString('base64')],
    ['white space', ` ${DEVICE_KEY}`],
    ['no padding', DEVICE_KEY.replace(/=+$/, '')],
    ['the alphabet of URLs', DEVICE_KEY.replaceAll('+', '-').replaceAll('/', '_')],
  ])('have one text form, not with %s', (_, other) => {
    expect(isDeviceKey(DEVICE_KEY)).toBe(true);
    expect(other).not.toBe(DEVICE_KEY);
    expect(isDeviceKey(other)).toBe(false);
  });
});

describe('the short form of a device key', () => {
  it('has 33 bytes, and is the same key', () => {
    for (const each of Array.from({ length: 16 }, () => keyPair('P-256').spki)) {
      const short = shortKeyOf(each);
      expect(Buffer.from(short, 'base64')).toHaveLength(33);
      expect(importShortKey(short)?.equals(defined(importDeviceKey(each), 'device key'))).toBe(
        true,
      );
    }
  });

  it.each([
    ['of no point of the curve', Buffer.concat([Buffer.of(2), Buffer.alloc(32, 0xff)])],
    ['of another length', Buffer.alloc(34)],
    ['of nothing', Buffer.alloc(0)],
  ])('is none %s', (_, bytes) => {
    expect(importShortKey(bytes.toString('base64'))).toBeUndefined();
  });
});
