// SPDX-License-Identifier: Apache-2.0
// The auditor's node beside a running network.
import { join } from 'node:path';
import {
  AUDITOR_OPERATIONS,
  type AuditorClient,
  type AuditorConfigInput,
  auditorProgram,
} from '@fabric-offline-pay/auditor-node';
import { findFreePorts, readAsIfPresent } from '@fabric-offline-pay/node-common';
import { nodeClient } from '@fabric-offline-pay/node-common/client';
import { organisationWithRole, readDescription } from '@fabric-offline-pay/operate';
import * as z from 'zod';
import {
  type CertificatePaths,
  folderOf,
  identityOf,
  nodeAccess,
  type NodePlace,
  nodeSettings,
  startNodeService,
} from './node-service.js';

export const AUDITOR_NODE: NodePlace = {
  ...{ name: 'auditor-node', role: 'auditor', folder: 'auditor' },
  // Nobody who pays waits for it: it takes what the others leave of the processors.
  isPatient: true,
};

const HOST = '127.0.0.1';

const listening = z.object({ port: z.int() });

/** @returns whether the network has an auditor: a home from before keeps its three organisations */
export const hasAuditor = (home: string): boolean =>
  readDescription(home).organisations.some(({ role }) => role === 'auditor');

/** Chosen once, so that those who report to it know where it will be before it is ready. */
const portOf = async (home: string): Promise<number> =>
  readAsIfPresent(join(folderOf(home, AUDITOR_NODE), 'config.json'), listening)?.port ??
  (await findFreePorts(HOST, 1));

/** Does nothing in a network without an auditor. */
export async function startAuditorService(home: string): Promise<void> {
  if (!hasAuditor(home)) return;
  const port = await portOf(home);
  await startNodeService(home, AUDITOR_NODE, auditorProgram, (parts): AuditorConfigInput => ({
    ...nodeSettings(home, AUDITOR_NODE, parts, {
      auditor: identityOf(parts.organisation, 'auditor'),
    }),
    port,
  }));
}

/** @returns a client of the running node, with this certificate. @throws NetworkError `NETWORK_NOT_UP` */
export const auditorClientWith = (home: string, files: CertificatePaths): AuditorClient =>
  nodeClient(AUDITOR_OPERATIONS, nodeAccess(home, AUDITOR_NODE, files));

/** The same with the auditor's own certificate. */
export const auditorClient = (home: string): AuditorClient =>
  auditorClientWith(
    home,
    identityOf(organisationWithRole(readDescription(home), 'auditor'), 'auditor'),
  );
