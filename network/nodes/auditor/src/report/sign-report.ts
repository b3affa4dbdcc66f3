// SPDX-License-Identifier: Apache-2.0
// A report with its auditor's signature: a COSE_Sign1 (ES256) over the report's one form.
import { createPrivateKey, createPublicKey, sign, X509Certificate } from 'node:crypto';
import {
  importDeviceKey,
  isSignedBy,
  issuerKid,
  parseCose,
  signCose,
} from '@fabric-offline-pay/domain';
import { auditReport, reportBytes, type AuditReport } from './audit-report.js';

const PURPOSE = 'offpay/audit-report';

/** Who signs: the certificate of an auditor, and its key. */
export interface ReportSigner {
  /** PEM. */
  readonly certificate: string;
  /** @returns r‖s over the SHA-256 of the bytes */
  sign(bytes: Uint8Array): Uint8Array;
}

/** @param privateKey PEM, P-256 @throws when the key is not that of the certificate */
export function reportSigner(certificate: string, privateKey: string): ReportSigner {
  const key = createPrivateKey(privateKey);
  if (!new X509Certificate(certificate).publicKey.equals(createPublicKey(key)))
    throw new Error('The key is not that of the certificate.');
  return {
    certificate,
    sign: (bytes) => sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }),
  };
}

const spkiOf = (certificate: string): string =>
  new X509Certificate(certificate).publicKey
    .export({ type: 'spki', format: 'der' })
    .toString('base64');

export const signReport = (report: AuditReport, signer: ReportSigner): Promise<Buffer> =>
  signCose(
    PURPOSE,
    reportBytes(report),
    (bytes) => signer.sign(bytes),
    issuerKid(spkiOf(signer.certificate)),
  );

/**
 * @param certificate PEM, of an auditor whom the reader believes
 * @returns the report; undefined when it is none in its one form, or the certificate's key did not sign it
 */
export function signedReport(bytes: Uint8Array, certificate: string): AuditReport | undefined {
  try {
    const parts = parseCose(PURPOSE, bytes);
    const report = auditReport.parse(JSON.parse(parts.payload.toString('utf8')));
    const spki = spkiOf(certificate);
    const key = importDeviceKey(spki);
    const isSigned =
      key !== undefined && parts.kid?.equals(issuerKid(spki)) === true && isSignedBy(parts, key);
    return isSigned && reportBytes(report).equals(parts.payload) ? report : undefined;
  } catch {
    return undefined;
  }
}
