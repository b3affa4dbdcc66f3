// SPDX-License-Identifier: Apache-2.0
// Fraud proofs: which ones convict, which ones do not, and their file.
import { createPublicKey } from 'node:crypto';
import {
  CERTIFICATES,
  forge,
  ISSUER,
  newDevice,
  newKey,
  newRequest,
  pay,
  proofSide,
  refusal,
  signCertificate,
  signed,
  VECTOR_KEYS,
  type Payment,
} from '../../../../test/support/offline-world';
import { coseDigest, parseCose } from './cose';
import { encodeDeviceCertificate } from './device-certificate';
import { decodeFraudProof, encodeFraudProof, type FraudProof, type ProofSide } from './fraud-proof';
import { certifiedIssuer } from './issuer-certificate';
import { NO_VOUCHER } from './voucher';
import { PROOF_FAULTS, verifyFraudProof, verifyRegisteredFraud } from './verify-fraud-proof';

const ROOTS = [CERTIFICATES.root];
const device = newDevice();
const first = pay(device);
const second = pay(device);

const side = (payment: Payment): ProofSide => proofSide(payment.device.certificateBytes, payment);

/** Another voucher that the same device signed. */
const branch = (values: Parameters<typeof forge>[1], request = newRequest()): ProofSide =>
  proofSide(device.certificateBytes, forge(second, values, request));

const sameCounter: FraudProof = {
  kind: 'sameCounter',
  sides: [side(second), branch({})],
};

/** Both sides under another X.509 certificate of the issuer. */
const under = (issuerCertificate: string): FraudProof['sides'] => [
  { ...sameCounter.sides[0], issuerCertificate },
  { ...sameCounter.sides[1], issuerCertificate },
];
/** A voucher of the same counter, under a certificate that another issuer signed. */
function toppedUp(issuer: 'nextIssuer' | 'auditor' = 'nextIssuer'): ProofSide {
  const raised = { ...device.certificate, sequence: 1 };
  const certificate = signCertificate(raised, VECTOR_KEYS[issuer]);
  const certificateDigest = coseDigest(parseCose('offpay/device-certificate', certificate));
  const claim = forge(second, { certificateDigest }, newRequest());
  return proofSide(certificate, claim, CERTIFICATES[issuer]);
}

const verdictOf = (proof: Partial<FraudProof>, roots = ROOTS) => {
  const result = verifyFraudProof({ ...sameCounter, ...proof }, roots);
  return result.ok ? 'convicted' : result.reason;
};

describe('convicted is', () => {
  it('a device that signed two vouchers with one counter, and the proof names it', () => {
    const result = verifyFraudProof(sameCounter, [CERTIFICATES.otherRoot, CERTIFICATES.root]);
    expect(result).toMatchObject({
      ok: true,
      fraud: { kind: 'sameCounter', customerId: 'customer-1', deviceId: 'device-1', epoch: 1 },
    });
  });

  it('a device with a broken chain', () => {
    const other = branch({ counter: 1, previous: NO_VOUCHER, cumulative: 1_250n });
    expect(verdictOf({ kind: 'previousHash', sides: [other, side(second)] })).toBe('convicted');
    expect(verdictOf({ kind: 'previousHash', sides: [side(second), other] })).toBe('convicted');
  });

  it('a device whose sum leaves a payment out', () => {
    const other = branch({ counter: 9, previous: second.digest, cumulative: 3_749n });
    expect(verdictOf({ kind: 'cumulative', sides: [side(second), other] })).toBe('convicted');
  });

  it('a device that signed under two certificates of one epoch', () => {
    const raised = newDevice({ total: 30_000n, sequence: 1 }, device.key);
    const other = forge(second, { certificateDigest: raised.held.digest }, newRequest());
    const otherSide = proofSide(raised.certificateBytes, other);
    expect(verdictOf({ sides: [side(second), otherSide] })).toBe('convicted');
  });

  it('a device that signed under certificates of two issuers, the second one from a top-up', () => {
    expect(verdictOf({ sides: [side(second), toppedUp()] })).toBe('convicted');
    expect(verdictOf({ sides: [toppedUp(), side(second)] })).toBe('convicted');
  });
});

describe('nobody is convicted by', () => {
  it.each<[string, Partial<FraudProof>, string, string[]?]>([
    ['no roots', {}, 'issuerUntrusted', []],
    ['the root of somebody else', {}, 'issuerUntrusted', [CERTIFICATES.otherRoot]],
    ['a root of the same name', {}, 'issuerUntrusted', [CERTIFICATES.namesakeRoot]],
    ['a root that is no authority', {}, 'issuerUntrusted', [CERTIFICATES.issuer]],
    ['a root that is no certificate', {}, 'issuerUntrusted', ['none']],
    ['an issuer of another root', { sides: under(CERTIFICATES.otherIssuer) }, 'issuerUntrusted'],
    ['no issuer', { sides: under('') }, 'issuerUntrusted'],
    ['a key of no role', { sides: under(CERTIFICATES.issuerWithoutRole) }, 'issuerUntrusted'],
    ['an auditor of the bank', { sides: [side(second), toppedUp('auditor')] }, 'issuerUntrusted'],
    ['another bank’s issuer', { sides: under(CERTIFICATES.issuerOfBank2) }, 'certificateForged'],
    [
      'the issuer of the other side',
      { sides: [{ ...side(second), issuerCertificate: CERTIFICATES.nextIssuer }, toppedUp()] },
      'certificateForged',
    ],
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

  it('a device with another key, so that a bank certificate alone frames nobody', () => {
    const framed = { ...second, device: { ...device, key: newKey() } };
    const forged = proofSide(device.certificateBytes, forge(framed, {}, newRequest()));
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

test.each([0, 1])('one proof has one fault, in either order of its sides: %s', (turn) => {
  const forged = { ...side(second), certificate: signCertificate(device.certificate, newKey()) };
  const answersNothing = { ...branch({}), requestPayload: newRequest() };
  const sides: FraudProof['sides'] =
    turn === 0 ? [forged, answersNothing] : [answersNothing, forged];
  expect(verdictOf({ sides })).toBe('certificateForged');
});

describe('by the issuers that the bank registered', () => {
  const next = certifiedIssuer(CERTIFICATES.nextIssuer);
  const proof: FraudProof = { ...sameCounter, sides: [side(second), toppedUp()] };
  const byRegistered = (issuers: Parameters<typeof verifyRegisteredFraud>[1], changed = proof) => {
    const result = verifyRegisteredFraud(changed, issuers);
    return result.ok ? 'convicted' : result.reason;
  };

  it('a proof needs no root, and its own issuers are not believed', () => {
    expect(byRegistered([ISSUER, next])).toBe('convicted');
    const claimed: FraudProof = { ...sameCounter, sides: under('whatever') };
    expect(byRegistered([ISSUER, ISSUER], claimed)).toBe('convicted');
  });

  it('each side is verified with its own issuer', () => {
    expect(byRegistered([ISSUER, undefined])).toBe('issuerUntrusted');
    expect(byRegistered([undefined, next])).toBe('issuerUntrusted');
    expect(byRegistered([next, ISSUER])).toBe('certificateForged');
  });
});

describe('the file', () => {
  const text = encodeFraudProof({ ...sameCounter, sides: [side(second), toppedUp()] });
  /** Format 1 had one issuer for both sides. */
  const claims = sameCounter.sides.map(({ certificate, voucher, requestPayload }) => ({
    certificate: Buffer.from(certificate).toString('base64'),
    requestPayload: Buffer.from(requestPayload).toString('base64'),
    voucher: Buffer.from(voucher).toString('base64'),
  }));
  const format = 'fabric-offline-pay/fraud-proof/1';
  const issuerCertificate = CERTIFICATES.issuer;
  const old = JSON.stringify({ format, issuerCertificate, kind: 'sameCounter', sides: claims });

  it('carries the proof, with the issuer of each side', () => {
    expect(encodeFraudProof(decodeFraudProof(text))).toBe(text);
    expect(verifyFraudProof(decodeFraudProof(text), ROOTS).ok).toBe(true);
  });

  it('is read in format 1, and written in format 2', () => {
    const proof = decodeFraudProof(old);
    expect(proof.sides.map((each) => each.issuerCertificate)).toEqual([
      issuerCertificate,
      issuerCertificate,
    ]);
    expect(verifyFraudProof(proof, ROOTS).ok).toBe(true);
    expect(encodeFraudProof(proof)).toBe(encodeFraudProof(sameCounter));
  });

  /** Another text for the same bytes: the last digit before the padding is one higher, because its lowest bits do not count. */
  const unused = (end: string): string => {
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    return `${digits.charAt(digits.indexOf(end.charAt(0)) + 1)}="`;
  };
  const escaped = (pem: string): string => JSON.stringify(pem).slice(1, -1);
  const PEM = escaped(CERTIFICATES.issuer);
  describe.each([
    ['2', text],
    ['1', old],
  ])('of format %s', (_, good) => {
    it.each<[string, (file: string) => string]>([
      ['nothing', () => ''],
      ['no object', () => '[]'],
      ['another format', (file) => file.replace(/fraud-proof\/./, 'fraud-proof/3')],
      ['another kind', (file) => file.replace('"sameCounter"', '"other"')],
      ['one side', (file) => JSON.stringify({ ...(JSON.parse(file) as object), sides: [] })],
      ['a field more', (file) => file.replace('{', '{"a":1,')],
      ['no base64', (file) => file.replace('"voucher":"', '"voucher":"*')],
      ['base64 of another form', (file) => file.replace(/"voucher":"[^"]*/, '$&=')],
      ['base64 with bits that count for nothing', (file) => file.replace(/[^"]="/, unused)],
      ['a line end after it', (file) => `${file}\n`],
      ['white space', (file) => JSON.stringify(JSON.parse(file), null, 1)],
      ['a byte order mark', (file) => `\uFEFF${file}`],
      ['a key twice', (file) => file.replace('"kind":', '"kind":"cumulative","kind":')],
      [
        'keys in another order',
        (file) => file.replace(/("kind":"sameCounter"),("sides":.*\])/, '$2,$1'),
      ],
      ['another escape of a character', (file) => file.replace('sameCounter', 'same\\u0043ounter')],
      ['text before the certificate', (file) => file.replace(PEM, `hello\\n${PEM}`)],
      ['text after the certificate', (file) => file.replace(PEM, `${PEM}world`)],
      ['two certificates', (file) => file.replace(PEM, PEM + escaped(CERTIFICATES.nextIssuer))],
      ['other line ends', (file) => file.replace(PEM, PEM.replaceAll('\\n', '\\r\\n'))],
      ['no certificate', (file) => file.replace(PEM, '')],
    ])('it is refused with %s', (...[, change]) => {
      const changed = change(good);
      expect(changed).not.toBe(good);
      expect(refusal(() => decodeFraudProof(changed))).toBe('OFFLINE_PROOF_INVALID');
    });
  });

  it('of one format is refused under the name of the other', () => {
    const mixed = [text.replace('proof/2', 'proof/1'), old.replace('proof/1', 'proof/2')];
    for (const changed of mixed)
      expect(refusal(() => decodeFraudProof(changed))).toBe('OFFLINE_PROOF_INVALID');
  });
});

it('the certificates of the tests belong to their keys', () => {
  expect(createPublicKey(CERTIFICATES.issuer).equals(createPublicKey(VECTOR_KEYS.issuer))).toBe(
    true,
  );
  expect(Object.keys(PROOF_FAULTS)).toHaveLength(6);
});
