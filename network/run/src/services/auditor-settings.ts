// SPDX-License-Identifier: Apache-2.0
// Where the nodes of a home report to its auditor.
import { join } from 'node:path';
import { readAsIfPresent } from '@fabric-offline-pay/node-common';
import { enrolIdentity, readDescription } from '@fabric-offline-pay/operate';
import * as z from 'zod';

/** The file in which the auditor's node says where it listens, below the home. */
const READY_FILE = join('auditor', 'ready.json');

const ready = z.object({ url: z.string() });

/** The auditor's node, and a certificate of its own authority with which it takes reports: paths of PEM files. */
export interface AuditorSettings {
  readonly url: string;
  readonly root: string;
  readonly certificate: string;
  readonly privateKey: string;
}

/**
 * @param reporter for whom is reported: its id on the ledger, which is the name in its certificate
 * @returns undefined where the network has no auditor, or the auditor's node does not run
 */
export async function auditorSettings(
  home: string,
  reporter: string,
): Promise<AuditorSettings | undefined> {
  const { organisations } = readDescription(home);
  const auditor = organisations.find(({ role }) => role === 'auditor');
  const service = readAsIfPresent(join(home, READY_FILE), ready);
  if (auditor === undefined || service === undefined) return undefined;
  const identity = { name: reporter, role: 'reporter', actor: reporter };
  const { certPath, keyPath } = await enrolIdentity(home, auditor.id, identity);
  const { tlsRootCertPath: root } = auditor;
  return { url: service.url, root, certificate: certPath, privateKey: keyPath };
}
