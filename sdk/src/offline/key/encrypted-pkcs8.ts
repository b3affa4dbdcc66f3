// SPDX-License-Identifier: Apache-2.0
// Encrypts a private key with a passphrase: EncryptedPrivateKeyInfo (RFC 5958) by PBES2 (RFC 8018) with PBKDF2-HMAC-SHA-256 and
// AES-256-CBC. Node writes this form with only 2,048 iterations, but reads any number, like other software.
import { createCipheriv, pbkdf2Sync, randomBytes, type KeyObject } from 'node:crypto';
import { ITERATIONS } from './key-strength.js';

const KEY_BYTES = 32;

/** DER of the algorithm identifiers used. */
const OID = {
  pbes2: '06092a864886f70d01050d',
  pbkdf2: '06092a864886f70d01050c',
  hmacWithSha256: '06082a864886f70d0209',
  aes256Cbc: '060960864801650304012a',
} as const;

const SEQUENCE = 0x30;
const OCTETS = 0x04;
const INTEGER = 0x02;
const NULL = Buffer.from('0500', 'hex');

/** ITU-T X.690 §8.1.3, lengths up to 65,535. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  if (body.length < 0x80) return Buffer.concat([Buffer.of(tag, body.length), body]);
  const length = body.length < 0x100 ? [0x81, body.length] : [0x82, body.length >> 8, body.length];
  return Buffer.concat([Buffer.of(tag, ...length), body]);
}

const oid = (name: keyof typeof OID): Buffer => Buffer.from(OID[name], 'hex');

/** An integer of up to four bytes. The first byte of {@link ITERATIONS} is below 0x80, so none is negative. */
const integer = (value: number): Buffer =>
  der(INTEGER, Buffer.from(value.toString(16).padStart(6, '0'), 'hex'));

const algorithm = (salt: Buffer, iv: Buffer): Buffer =>
  der(
    SEQUENCE,
    oid('pbes2'),
    der(
      SEQUENCE,
      der(
        SEQUENCE,
        oid('pbkdf2'),
        der(
          SEQUENCE,
          der(OCTETS, salt),
          integer(ITERATIONS),
          der(SEQUENCE, oid('hmacWithSha256'), NULL),
        ),
      ),
      der(SEQUENCE, oid('aes256Cbc'), der(OCTETS, iv)),
    ),
  );

const toPem = (bytes: Buffer): string => {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  const label = 'ENCRYPTED PRIVATE KEY';
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
};

/** @returns PEM that `crypto.createPrivateKey({ key, passphrase })` opens. */
export function encryptKey(key: KeyObject, passphrase: string): string {
  const salt = randomBytes(16);
  const iv = randomBytes(16);
  const secret = pbkdf2Sync(passphrase, salt, ITERATIONS, KEY_BYTES, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', secret, iv);
  const plain = key.export({ type: 'pkcs8', format: 'der' });
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  return toPem(der(SEQUENCE, algorithm(salt, iv), der(OCTETS, encrypted)));
}
