// SPDX-License-Identifier: Apache-2.0
// The envelope: purposes are separate, the digest depends on the content and not on the signature, and there is one form.
import {
  ISSUER,
  newDevice,
  newRequest,
  newKey,
  pay,
  refusal,
  signed,
  spkiOf,
  VECTOR_KEYS,
} from '../../../../test/support/offline-world';
import { found } from '../base/errors';
import { signBytes } from '../base/sign';
import { importDeviceKey } from '../base/signature';
import {
  assembleCose,
  coseDigest,
  digestOfPayload,
  parseCose,
  signCose,
  verifyCose,
  type CosePurpose,
} from './cose';
import { issuerKid, keyReader, pointOfSpki, spkiOfPoint } from './device-key';
import { verifyBulletin, verifyDeviceCertificate } from './verify-issued';

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const PURPOSES: readonly CosePurpose[] = [
  'offpay/device-certificate',
  'offpay/payment-request',
  'offpay/voucher',
  'offpay/bulletin',
];

const key = newKey();
const publicKey = found(importDeviceKey(spkiOf(key)), 'INTERNAL');
const kid = issuerKid(spkiOf(key));
const kidFor = (purpose: CosePurpose) =>
  purpose === 'offpay/device-certificate' || purpose === 'offpay/bulletin' ? kid : undefined;
const payload = Buffer.from('8101', 'hex');
const voucher = signed('offpay/voucher', payload, key);

describe.each(PURPOSES)('signed as %s', (purpose) => {
  const bytes = signed(purpose, payload, key, kidFor(purpose));

  it.each(PURPOSES)('it is valid only for its own purpose, tried as %s', (other) => {
    expect(refusal(() => verifyCose(other, bytes, publicKey))).toBe(
      other === purpose ? 'accepted' : 'OFFLINE_MALFORMED',
    );
  });

  it.each(PURPOSES)('its signature is not valid under the header of %s', (other) => {
    const { signature } = parseCose(purpose, bytes);
    const moved = assembleCose(other, payload, signature, kidFor(other));
    expect(refusal(() => verifyCose(other, moved, publicKey))).toBe(
      other === purpose ? 'accepted' : 'OFFLINE_SIGNATURE_INVALID',
    );
  });

  it('is refused when any bit is changed', () => {
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(refusal(() => verifyCose(purpose, changed, publicKey))).not.toBe('accepted');
    }
  });
});

it('has two signatures and one digest when signed twice', async () => {
  const signer = (bytes: Uint8Array) => Promise.resolve(signBytes(key, bytes));
  const again = await signCose('offpay/voucher', payload, signer);
  expect(again.equals(voucher)).toBe(false);
  const digests = [again, voucher].map((bytes) => coseDigest(parseCose('offpay/voucher', bytes)));
  expect(digests[0]).toEqual(digests[1]);
  expect(digests[0]).toEqual(digestOfPayload('offpay/voucher', payload));
});

it('a high S is refused, and assembling makes it low', () => {
  const { signature } = parseCose('offpay/voucher', voucher);
  const s = BigInt(`0x${signature.subarray(32).toString('hex')}`);
  const high = Buffer.from((ORDER - s).toString(16).padStart(64, '0'), 'hex');
  const twin = Buffer.concat([voucher.subarray(0, -32), high]);
  expect(refusal(() => verifyCose('offpay/voucher', twin, publicKey))).toBe(
    'OFFLINE_SIGNATURE_INVALID',
  );
  const again = assembleCose(
    'offpay/voucher',
    payload,
    Buffer.concat([signature.subarray(0, 32), high]),
  );
  expect(again.equals(voucher)).toBe(true);
});

it.each([
  ['no tag', (bytes: Buffer) => bytes.subarray(1)],
  ['another tag', (bytes: Buffer) => Buffer.concat([Buffer.from('d1', 'hex'), bytes.subarray(1)])],
  ['an unprotected header', (bytes: Buffer) => replaced(bytes, 'a0', 'a10126')],
  ['a header in the other order', (bytes: Buffer) => replaced(bytes, 'a2012603', 'a2030126')],
  ['another algorithm', (bytes: Buffer) => replaced(bytes, 'a20126', 'a20127')],
  ['something after it', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1)])],
  ['nothing', () => Buffer.alloc(0)],
])('refused is %s', (_, change) => {
  expect(refusal(() => parseCose('offpay/voucher', change(Buffer.from(voucher))))).toBe(
    'OFFLINE_MALFORMED',
  );
});

const replaced = (bytes: Buffer, from: string, to: string): Buffer =>
  Buffer.from(bytes.toString('hex').replace(from, to), 'hex');

it('only objects that issuers sign have a kid', () => {
  const signature = Buffer.alloc(64);
  expect(refusal(() => assembleCose('offpay/voucher', payload, signature, kid))).toBe(
    'OFFLINE_MALFORMED',
  );
  expect(refusal(() => assembleCose('offpay/bulletin', payload, signature))).toBe(
    'OFFLINE_MALFORMED',
  );
});

it('a signer that answers with another length is refused', async () => {
  await expect(signCose('offpay/voucher', payload, () => Buffer.alloc(70))).rejects.toMatchObject({
    code: 'OFFLINE_MALFORMED',
  });
});

describe('an issuer', () => {
  const { certificateBytes } = newDevice();

  it('is trusted only for its own bank and only with its own key', () => {
    const trust = (issuers: Parameters<typeof verifyDeviceCertificate>[1]) =>
      refusal(() => verifyDeviceCertificate(certificateBytes, issuers));
    expect(trust([ISSUER])).toBe('accepted');
    expect(trust([])).toBe('OFFLINE_CERTIFICATE_FORGED');
    expect(trust([{ ...ISSUER, bankId: 'bank-2' }])).toBe('OFFLINE_CERTIFICATE_FORGED');
    expect(trust([{ ...ISSUER, publicKey: spkiOf(key) }])).toBe('OFFLINE_CERTIFICATE_FORGED');
    expect(trust([{ ...ISSUER, publicKey: 'none' }])).toBe('OFFLINE_CERTIFICATE_FORGED');
    expect(trust([{ ...ISSUER, kid: kid.toString('hex') }])).toBe('OFFLINE_CERTIFICATE_FORGED');
  });

  it("does not sign bulletins with a device's certificate", () => {
    expect(refusal(() => verifyBulletin(certificateBytes, [ISSUER]))).toBe('OFFLINE_MALFORMED');
  });

  it('both forms of a key are equal', () => {
    expect(spkiOfPoint(pointOfSpki(spkiOf(key)))).toBe(spkiOf(key));
    expect(refusal(() => pointOfSpki('AAAA'))).toBe('OFFLINE_MALFORMED');
    expect(refusal(() => pointOfSpki(spkiOfPoint(Buffer.alloc(64, 1))))).toBe('OFFLINE_MALFORMED');
  });

  it('a key reader gives one key for one text, and none for a point off the curve', () => {
    const read = keyReader();
    expect(read(spkiOf(key))).toBe(read(spkiOf(key)));
    expect(read(spkiOf(key))?.equals(publicKey)).toBe(true);
    expect(read(spkiOfPoint(Buffer.alloc(64, 1)))).toBeUndefined();
  });
});

it('fits into a QR code: request, and voucher with certificate, in 600 bytes each', () => {
  const longest = 'abcdefghijklmnopqrst';
  const ids = { channel: longest, bankId: longest, customerId: longest, deviceId: longest };
  const most = 10n ** 18n - 1n;
  const device = newDevice({ ...ids, epoch: 99_999_999, total: most, perPayment: most });
  const request = newRequest({
    channel: longest,
    merchantId: longest,
    terminalId: longest,
    orderNumber: longest,
    amount: most,
    bulletinNumber: 4_294_967_295,
    purpose: { kind: 'delivery', termsDigest: Buffer.alloc(32) },
  });
  const sizes = {
    request: signed('offpay/payment-request', request, VECTOR_KEYS.terminal).length,
    certificate: device.certificateBytes.length,
    voucher: pay(device, request).voucher.length,
  };
  console.log('bytes with identifiers of 20 characters:', sizes);
  expect(sizes.request).toBeLessThanOrEqual(600);
  expect(sizes.certificate + sizes.voucher).toBeLessThanOrEqual(600);
});
