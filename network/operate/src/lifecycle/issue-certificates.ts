// SPDX-License-Identifier: Apache-2.0
// Starts the organisations' CA servers and issues all missing certificates.
import { inParallel, waitUntil } from '@fabric-offline-pay/node-common';
import { caProcess, isCaReady, writeCaSettings } from '../certificates/ca-server.js';
import {
  issueInitialCertificate,
  missingCertificates,
} from '../certificates/enrol-organisation.js';
import { issuedIdentity, recordIdentity } from '../certificates/issued-identities.js';
import { writeMspFolders } from '../certificates/msp-folders.js';
import { declareProcess } from '../supervisor/control.js';
import { waitReady } from '../supervisor/readiness.js';
import type { OrganisationPlan } from '../topology/network-plan.js';
import { type NetworkContext, PARALLEL_PROGRAMS } from './network-context.js';

const CA_DEADLINE_MS = 30_000;

/** Starts the CA servers. If a certificate is missing, issues certificates and writes MSP folders. */
export async function issueCertificates({
  programs,
  plan,
  progress,
}: NetworkContext): Promise<void> {
  for (const organisation of plan.organisations) {
    writeCaSettings(organisation);
    declareProcess(plan.home, caProcess(programs, organisation));
  }
  const missing = plan.organisations.flatMap(missingCertificates);
  if (missing.length > 0) {
    await Promise.all(plan.organisations.map((organisation) => waitForCa(plan.home, organisation)));
    progress({ stage: 'certificates', message: `issuing ${missing.length} certificates` });
    await inParallel(missing, PARALLEL_PROGRAMS, (each) => issueInitialCertificate(programs, each));
  }
  for (const organisation of plan.organisations) {
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
