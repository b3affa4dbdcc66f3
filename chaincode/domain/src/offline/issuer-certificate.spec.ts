// SPDX-License-Identifier: Apache-2.0
// An issuer has a certificate of the bank's authority for this role. Other certificates of the authority do not count.
import { generateKeyPairSync } from 'node:crypto';
import { attributesExtension, COMMON_NAME, makeCertificate } from '@fabric-offline-pay/testing';
import { CERTIFICATES, ISSUER, OFFLINE_BANK } from '../../../../test/support/offline-world';
import { DomainError } from '../base/errors';
import { certifiedIssuer, isCertifiedBy, issuerKeyOf } from './issuer-certificate';

const { issuer, root } = CERTIFICATES;

function refused(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (error instanceof DomainError) return [error.code, error.details];
    throw error;
  }
}

const withOtherKey = makeCertificate(
  {
    subject: [[COMMON_NAME, 'issuer-1']],
    issuer: [[COMMON_NAME, 'root']],
    publicKey: generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey,
    extensions: [attributesExtension('{"attrs":{"role":"offline-issuer","actor":"bank-1"}}')],
  },
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
);

const bankless = makeCertificate(
  {
    subject: [[COMMON_NAME, 'issuer-1']],
    issuer: [[COMMON_NAME, 'root']],
    publicKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey,
    extensions: [attributesExtension('{"attrs":{"role":"offline-issuer"}}')],
  },
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
);

test('the certificate gives the bank and the key', () => {
  expect(certifiedIssuer(issuer)).toMatchObject(ISSUER);
  expect(isCertifiedBy(certifiedIssuer(issuer), root)).toBe(true);
  expect(issuerKeyOf(OFFLINE_BANK, issuer, root)).toBe(ISSUER.publicKey);
});

const ROLE = 'not of the role offline-issuer';

test.each([
  ['no certificate', 'none', 'certificate', 'no X.509 certificate'],
  ['an issuer with text before it', `text\n${issuer}`, 'certificate', 'no X.509 certificate'],
  ['two certificates', issuer + CERTIFICATES.auditor, 'certificate', 'no X.509 certificate'],
  ['an auditor first', CERTIFICATES.auditor + issuer, 'certificate', 'no X.509 certificate'],
  ['an auditor', CERTIFICATES.auditor, 'certificate', ROLE],
  ['the authority itself', root, 'certificate', ROLE],
  ['a key without a role', CERTIFICATES.issuerWithoutRole, 'certificate', ROLE],
  ['an issuer of no bank', bankless, 'certificate', ROLE],
  ['a key of another curve', withOtherKey, 'certificate', 'no P-256 key'],
  ['an issuer of another bank', CERTIFICATES.issuerOfBank2, 'certificate', 'of another bank'],
  [
    'another authority’s issuer',
    CERTIFICATES.otherIssuer,
    'authority',
    'did not issue the certificate',
  ],
])('%s is none', (_, certificate, field, reason) => {
  expect(refused(() => issuerKeyOf(OFFLINE_BANK, certificate, root))).toEqual([
    'INPUT_INVALID',
    expect.objectContaining({ field, reason }),
  ]);
});

test.each([
  ['a namesake', CERTIFICATES.namesakeRoot],
  ['no authority', issuer],
  ['no certificate', 'none'],
  ['an authority with text before it', `text\n${root}`],
])('%s certifies nobody', (_, authority) => {
  expect(isCertifiedBy(certifiedIssuer(issuer), authority)).toBe(false);
});
