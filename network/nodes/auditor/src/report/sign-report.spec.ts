// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync } from 'node:crypto';
import { COMMON_NAME, makeCertificate } from '@fabric-offline-pay/testing';
import type { AuditReport } from './audit-report.js';
import { reportBytes } from './audit-report.js';
import { reportSigner, signedReport, signReport } from './sign-report.js';

const HASH = 'ab'.repeat(32);

const REPORT: AuditReport = {
  ...{ version: 1, channel: 'payments', chaincode: 'offline-pay', genesis: HASH },
  ...{ block: { number: 7, hash: HASH }, stateDigest: HASH, at: 1, definitions: [] },
  ...{ transactions: { valid: 1, invalid: 0 }, money: [], findings: [], overdue: [] },
  stopped: null,
};

function auditor(name: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = [[COMMON_NAME, name] as const];
  const certificate = makeCertificate({ subject, issuer: subject, publicKey }, privateKey);
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { certificate, key, signer: reportSigner(certificate, key) };
}

const [one, other] = [auditor('one'), auditor('other')];

test('a report is verified by the certificate of whoever signed it, and by no other', async () => {
  const bytes = await signReport(REPORT, one.signer);
  expect(signedReport(bytes, one.certificate)).toEqual(REPORT);
  expect(signedReport(bytes, other.certificate)).toBeUndefined();
});

test('two auditors sign the same bytes', async () => {
  const payload = reportBytes(REPORT).toString('latin1');
  for (const { signer } of [one, other])
    expect((await signReport(REPORT, signer)).toString('latin1')).toContain(payload);
});

test('no byte of a signed report can be changed', async () => {
  const bytes = await signReport(REPORT, one.signer);
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(signedReport(changed, one.certificate)).toBeUndefined();
  }
});

test('nobody signs with a key that is not the certificate’s', () => {
  expect(() => reportSigner(one.certificate, other.key)).toThrow('not that of the certificate');
});
