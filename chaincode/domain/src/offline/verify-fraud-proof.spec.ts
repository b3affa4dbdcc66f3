// SPDX-License-Identifier: Apache-2.0
// Fraud proofs: what convicts, what does not, and their file.
import { createPublicKey } from 'node:crypto';
import {
  CERTIFICATES,
  forge,
  newDevice,
  newKey,
  newRequest,
  pay,
  refusal,
  signCertificate,
  signed,
  VECTOR_KEYS,
  type Payment,
} from '../../../../test/support/offline-world';
import { encodeDeviceCertificate } from './device-certificate';
import { decodeFraudProof, encodeFraudProof, type FraudProof, type ProofSide } from './fraud-proof';
import { NO_VOUCHER } from './voucher';
import { PROOF_FAULTS, verifyFraudProof } from './verify-fraud-proof';

const ROOTS = [CERTIFICATES.root];
const device = newDevice();
const first = pay(device);
const second = pay(device);

const side = (payment: Payment): ProofSide => ({
  certificate: payment.device.certificateBytes,
  voucher: payment.voucher,
  requestPayload: payment.requestPayload,
});

/** Another voucher that the same device signed. */
const branch = (values: Parameters<typeof forge>[1], request = newRequest()): ProofSide => ({
  certificate: device.certificateBytes,
  ...forge(second, values, request),
});

const sameCounter: FraudProof = {
  kind: 'sameCounter',
  sides: [side(second), branch({})],
  issuerCertificate: CERTIFICATES.issuer,
};
const verdictOf = (proof: Partial<FraudProof>, roots = ROOTS) => {
  const result = verifyFraudProof({ ...sameCounter, ...proof }, roots);
  return result.ok ? 'convicted' : result.reason;
};

describe('convicted is', () => {
  it('who signed two vouchers of one counter, and the proof says who', () => {
    const result = verifyFraudProof(sameCounter, [CERTIFICATES.otherRoot, CERTIFICATES.root]);
    expect(result).toMatchObject({
      ok: true,
      fraud: { kind: 'sameCounter', customerId: 'customer-1', deviceId: 'device-1', epoch: 1 },
    });
  });

  it('whose chain is broken', () => {
    const other = branch({ counter: 1, previous: NO_VOUCHER, cumulative: 1_250n });
    expect(verdictOf({ kind: 'previousHash', sides: [other, side(second)] })).toBe('convicted');
    expect(verdictOf({ kind: 'previousHash', sides: [side(second), other] })).toBe('convicted');
  });

  it('whose sum forgets', () => {
    const other = branch({ counter: 9, previous: second.digest, cumulative: 3_749n });
    expect(verdictOf({ kind: 'cumulative', sides: [side(second), other] })).toBe('convicted');
  });

  it('who signed under two certificates of one epoch', () => {
    const raised = newDevice({ total: 30_000n, sequence: 1 }, device.key);
    const other = forge(second, { certificateDigest: raised.held.digest }, newRequest());
    const otherSide = { certificate: raised.certificateBytes, ...other };
    expect(verdictOf({ sides: [side(second), otherSide] })).toBe('convicted');
  });
});

describe('nobody is convicted by', () => {
  it.each<[string, Partial<FraudProof>, string, string[]?]>([
    ['no roots', {}, 'issuerUntrusted', []],
    ['the root of somebody else', {}, 'issuerUntrusted', [CERTIFICATES.otherRoot]],
    ['a root of the same name', {}, 'issuerUntrusted', [CERTIFICATES.namesakeRoot]],
    ['a root that is no authority', {}, 'issuerUntrusted', [CERTIFICATES.issuer]],
    ['a root that is no certificate', {}, 'issuerUntrusted', ['none']],
    [
      'an issuer of another root',
      { issuerCertificate: CERTIFICATES.otherIssuer },
      'issuerUntrusted',
    ],
    ['no issuer', { issuerCertificate: '' }, 'issuerUntrusted'],
    ['honest vouchers', { sides: [side(first), side(second)] }, 'noContradiction'],
    ['one voucher twice', { sides: [side(first), side(first)] }, 'noContradiction'],
    ['another contradiction than it says', { kind: 'cumulative' }, 'noContradiction'],
    [
      'vouchers of two devices',
      { sides: [side(second), side(pay(newDevice()))] },
      'differentDevices',
    ],
    [
      'vouchers of two epochs',
      { sides: [side(first), side(pay(newDevice({ epoch: 2 }, device.key)))] },
      'differentDevices',
    ],
    [
      'another request',
      { sides: [side(second), { ...branch({}), requestPayload: newRequest() }] },
      'requestMismatch',
    ],
    [
      'no request',
      { sides: [side(second), { ...branch({}), requestPayload: Buffer.alloc(1) }] },
      'requestMismatch',
    ],
    [
      'no voucher',
      { sides: [side(second), { ...branch({}), voucher: Buffer.alloc(9) }] },
      'voucherForged',
    ],
    [
      'no certificate',
      { sides: [side(second), { ...branch({}), certificate: Buffer.alloc(9) }] },
      'certificateForged',
    ],
  ])('%s', (...[, proof, expected, roots]) => {
    expect(verdictOf(proof, roots)).toBe(expected);
  });

  it('who holds another key: a bank certificate alone frames nobody', () => {
    const framed = { ...second, device: { ...device, key: newKey() } };
    const forged = { certificate: device.certificateBytes, ...forge(framed, {}, newRequest()) };
    expect(verdictOf({ sides: [side(second), forged] })).toBe('voucherForged');
  });

  it('an issuer that the certificate does not name', () => {
    const certificate = signCertificate(device.certificate, VECTOR_KEYS.otherIssuer);
    const forged = { ...side(second), certificate };
    expect(verdictOf({ sides: [side(second), forged] })).toBe('certificateForged');
  });

  it('a certificate that names another key of the issuer', () => {
    const payload = encodeDeviceCertificate(device.certificate);
    const kid = Buffer.alloc(8, 1);
    const certificate = signed('offpay/device-certificate', payload, VECTOR_KEYS.issuer, kid);
    const renamed = { ...side(second), certificate };
    expect(verdictOf({ sides: [renamed, branch({})] })).toBe('certificateForged');
  });

  it('the same payload signed twice', () => {
    const again = { ...side(second), ...forge(second, {}) };
    expect(Buffer.compare(again.voucher, second.voucher)).not.toBe(0);
    expect(verdictOf({ sides: [side(second), again] })).toBe('noContradiction');
  });
});

describe('the file', () => {
  const text = encodeFraudProof(sameCounter);

  it('carries the proof', () => {
    expect(encodeFraudProof(decodeFraudProof(text))).toBe(text);
    expect(verifyFraudProof(decodeFraudProof(text), ROOTS).ok).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['no object', '[]'],
    ['another format', text.replace('fraud-proof/1', 'fraud-proof/2')],
    ['another kind', text.replace('"sameCounter"', '"other"')],
    ['one side', JSON.stringify({ ...(JSON.parse(text) as object), sides: [] })],
    ['a field more', JSON.stringify({ ...(JSON.parse(text) as object), more: 1 })],
    ['no base64', text.replace('"voucher":"', '"voucher":"*')],
  ])('is refused with %s', (_, changed) => {
    expect(refusal(() => decodeFraudProof(changed))).toBe('OFFLINE_PROOF_INVALID');
  });
});

it('the certificates of the tests belong to their keys', () => {
  expect(createPublicKey(CERTIFICATES.issuer).equals(createPublicKey(VECTOR_KEYS.issuer))).toBe(
    true,
  );
  expect(Object.keys(PROOF_FAULTS)).toHaveLength(6);
});
