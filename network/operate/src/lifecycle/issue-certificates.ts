// SPDX-License-Identifier: Apache-2.0
// Starts the organisations' CA servers and issues missing certificates.
import { inParallel, waitUntil } from '@fabric-offline-pay/node-common';
import { caProcess, isCaReady, writeCaSettings } from '../certificates/ca-server.js';
import {
  issueInitialCertificate,
  missingCertificates,
} from '../certificates/enrol-organisation.js';
import { issuedIdentity, recordIdentity } from '../certificates/issued-identities.js';
import { writeChannelMsp, writeMspFolders } from '../certificates/msp-folders.js';
import { declareProcess } from '../supervisor/control.js';
import { waitReady } from '../supervisor/readiness.js';
import type { OrganisationPlan } from '../topology/network-plan.js';
import { type NetworkContext, PARALLEL_PROGRAMS } from './network-context.js';

const CA_DEADLINE_MS = 30_000;

/**
 * Starts all CA servers, and waits for them if a certificate is missing. Afterwards the channel's first block can be written: it names the
 * organisations by the roots of their authorities.
 */
export async function startAuthorities({ programs, plan }: NetworkContext): Promise<void> {
  const { organisations } = plan;
  for (const organisation of organisations) {
    writeCaSettings(organisation);
    declareProcess(plan.home, caProcess(programs, organisation));
  }
  if (organisations.flatMap(missingCertificates).length > 0)
    await Promise.all(organisations.map((organisation) => waitForCa(plan.home, organisation)));
  for (const organisation of organisations) writeChannelMsp(organisation);
}

/** Issues the missing certificates of these organisations and writes their MSP folders. Their CA servers must have been started. */
export async function issueCertificates(
  { programs, progress }: NetworkContext,
  organisations: readonly OrganisationPlan[],
): Promise<void> {
  const missing = organisations.flatMap(missingCertificates);
  if (missing.length > 0) {
    progress({ stage: 'certificates', message: `issuing ${missing.length} certificates` });
    await inParallel(missing, PARALLEL_PROGRAMS, (each) => issueInitialCertificate(programs, each));
  }
  for (const organisation of organisations) {
    recordIdentities(organisation);
    writeMspFolders(organisation);
  }
}

async function waitForCa(home: string, plan: OrganisationPlan): Promise<void> {
  await waitReady(home, plan.ca.name);
  const ready = async (): Promise<true | undefined> => ((await isCaReady(plan)) ? true : undefined);
  await waitUntil(`${plan.ca.name} to answer`, ready, {
    deadlineMs: CA_DEADLINE_MS,
    intervalMs: 50,
  });
}

function recordIdentities({ topology, folder }: OrganisationPlan): void {
  for (const identity of topology.identities) {
    if (issuedIdentity(folder, identity.name) === undefined) {
      recordIdentity(folder, identity);
    }
  }
}
