// SPDX-License-Identifier: Apache-2.0
// An issuer signs for the bank that vouches for it, within the policy and the limits of the customer's reputation.
import { verifyBulletin, verifyDeviceCertificate } from '@fabric-offline-pay/domain';
import { OfflineError } from '@fabric-offline-pay/sdk';
import { Issuer, softwareKey } from '@fabric-offline-pay/sdk/offline';
import {
  CERTIFICATES,
  CHANNEL,
  newKey,
  NOW,
  OFFLINE_BANK,
  OFFLINE_POLICY,
  VECTOR_KEYS,
} from '../../../../test/support/offline-world';
import { isVouchedFor } from './vouched.js';

const OPTIONS = {
  bankId: OFFLINE_BANK,
  channel: CHANNEL,
  key: softwareKey(VECTOR_KEYS.issuer),
  certificate: CERTIFICATES.issuer,
  authority: CERTIFICATES.root,
  clock: () => NOW,
};
const issuer = new Issuer(OPTIONS);
const device = softwareKey(newKey());
const GRANT = {
  customerId: 'customer-1',
  deviceId: 'phone',
  epoch: 3,
  currency: 'EUR',
  total: '10000',
  publicKey: device.publicKey,
  limits: { perPayment: '2500', total: '10000' },
  policy: OFFLINE_POLICY,
};

test('a certificate follows the policy and the limits', async () => {
  const { bytes } = await issuer.certify(GRANT);
  expect(verifyDeviceCertificate(bytes, [issuer.row]).certificate).toMatchObject({
    bankId: OFFLINE_BANK,
    epoch: 3,
    total: 10_000n,
    perPayment: 2_500n,
    sequence: 0,
    highestCounter: OFFLINE_POLICY.count,
    spendUntil: NOW + OFFLINE_POLICY.spendSeconds,
    claimUntil: NOW + OFFLINE_POLICY.spendSeconds + OFFLINE_POLICY.claimSeconds,
    policyVersion: OFFLINE_POLICY.version,
  });
});

test('nothing is granted above the limits, or to a key of another kind', async () => {
  await expect(issuer.certify({ ...GRANT, total: '10001' })).rejects.toMatchObject({
    code: 'OFFLINE_OVER_TOTAL_CAP',
  });
  await expect(issuer.certify({ ...GRANT, publicKey: 'AAAA' })).rejects.toMatchObject({
    code: 'OFFLINE_MALFORMED',
  });
});

test('a top-up raises the total and the sequence, and lowers nothing', async () => {
  const { certificate } = await issuer.certify(GRANT);
  const later = new Issuer({ ...OPTIONS, clock: () => NOW + 1000 });
  const { certificate: next } = await later.topUp(certificate, '500', OFFLINE_POLICY);
  expect(next).toMatchObject({
    total: 10_500n,
    sequence: 1,
    spendUntil: certificate.spendUntil + 1000,
  });
  const shorter = { ...OFFLINE_POLICY, spendSeconds: 1, claimSeconds: 1 };
  const { certificate: same } = await issuer.topUp(certificate, '1', shorter);
  expect(same).toMatchObject({
    spendUntil: certificate.spendUntil,
    claimUntil: certificate.claimUntil,
  });
});

test('a bulletin is dated by the bank', async () => {
  const bytes = await issuer.bulletin({ number: 4, revoked: [], policy: OFFLINE_POLICY });
  expect(verifyBulletin(bytes, [issuer.row])).toMatchObject({ number: 4, issuedAt: NOW });
});

test.each([
  ['another key', { key: softwareKey(VECTOR_KEYS.otherIssuer) }],
  ['another authority', { authority: CERTIFICATES.otherRoot }],
  ['no certificate', { certificate: 'nonsense' }],
  ['an authority for its own certificate', { certificate: CERTIFICATES.root }],
  ['an expired certificate', { clock: () => NOW * 10 }],
])('%s makes no issuer', (_, change) => {
  expect(() => new Issuer({ ...OPTIONS, ...change })).toThrow(OfflineError);
});

test.each([
  ['an auditor of the bank', 'auditor', CERTIFICATES.auditor],
  ['a key whose certificate names no role', 'issuer', CERTIFICATES.issuerWithoutRole],
  ['an issuer of another bank', 'issuer', CERTIFICATES.issuerOfBank2],
] as const)('%s is not this bank’s issuer', (_, key, certificate) => {
  const options = { ...OPTIONS, key: softwareKey(VECTOR_KEYS[key]), certificate };
  expect(() => new Issuer(options)).toThrow(OfflineError);
});

test('a bank’s root vouches only for that bank', () => {
  const roots = { [OFFLINE_BANK]: [CERTIFICATES.root] };
  expect(isVouchedFor(issuer.row, roots, NOW)).toBe(true);
  expect(isVouchedFor(issuer.row, { 'bank-2': [CERTIFICATES.root] }, NOW)).toBe(false);
  const both = { ...roots, 'bank-2': [CERTIFICATES.root] };
  expect(isVouchedFor({ ...issuer.row, bankId: 'bank-2' }, both, NOW)).toBe(false);
});

test.each([
  ['another kid', { kid: '00' }],
  ['another key', { publicKey: device.publicKey }],
  ['text before its certificate', { certificate: `text\n${CERTIFICATES.issuer}` }],
  ['two certificates', { certificate: CERTIFICATES.issuer + CERTIFICATES.auditor }],
])('nobody vouches for an issuer with %s', (_, change) => {
  const roots = { [OFFLINE_BANK]: [CERTIFICATES.root] };
  expect(isVouchedFor({ ...issuer.row, ...change }, roots, NOW)).toBe(false);
});
