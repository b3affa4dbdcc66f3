// SPDX-License-Identifier: Apache-2.0
// Where the nodes of a home report to its auditor.
import { enrolIdentity, readDescription } from '@fabric-offline-pay/operate';
import { auditorUrl } from './auditor-service.js';

/** The auditor's node, and a certificate of its own authority with which it takes reports: paths of PEM files. */
export interface AuditorSettings {
  readonly url: string;
  readonly root: string;
  readonly certificate: string;
  readonly privateKey: string;
}

/**
 * @param reporter for whom is reported: its id on the ledger, which is the name in its certificate
 * @returns undefined where the network has no auditor, or nobody placed the auditor's node
 */
export async function auditorSettings(
  home: string,
  reporter: string,
): Promise<AuditorSettings | undefined> {
  const { organisations } = readDescription(home);
  const auditor = organisations.find(({ role }) => role === 'auditor');
  const url = auditorUrl(home);
  if (auditor === undefined || url === undefined) return undefined;
  const identity = { name: reporter, role: 'reporter', actor: reporter };
  const { certPath, keyPath } = await enrolIdentity(home, auditor.id, identity);
  const { tlsRootCertPath: root } = auditor;
  return { url, root, certificate: certPath, privateKey: keyPath };
}
