// SPDX-License-Identifier: Apache-2.0
// The auditor's node beside a running network.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  AUDITOR_OPERATIONS,
  type AuditorClient,
  type AuditorConfigInput,
  auditorProgram,
} from '@fabric-offline-pay/auditor-node';
import { findFreePorts, readAsIfPresent, writeJson } from '@fabric-offline-pay/node-common';
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

const portFile = (home: string): string => join(folderOf(home, AUDITOR_NODE), 'port.json');

const readPort = (home: string): number | undefined =>
  readAsIfPresent(portFile(home), listening)?.port;

/**
 * Chooses once where the auditor's node listens, so that those who report to it know it before it is ready. Does nothing in a network
 * without an auditor.
 */
export async function placeAuditor(home: string): Promise<void> {
  if (!hasAuditor(home) || readPort(home) !== undefined) return;
  mkdirSync(folderOf(home, AUDITOR_NODE), { recursive: true });
  writeJson(portFile(home), { port: await findFreePorts(HOST, 1) });
}

/** @returns undefined where there is no auditor's node, and none was placed */
export function auditorUrl(home: string): string | undefined {
  const port = readPort(home);
  return port === undefined ? undefined : `https://${HOST}:${port}`;
}

/** Does nothing in a network without an auditor. */
export async function startAuditorService(home: string): Promise<void> {
  await placeAuditor(home);
  const port = readPort(home);
  if (port === undefined) return;
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
