// SPDX-License-Identifier: Apache-2.0
// Brings up the organisations' CA servers and has them issue every certificate that is still missing.
import { caProcess, isCaReady, writeCaSettings } from '../certificates/ca-server';
import { issueInitialCertificate, missingCertificates } from '../certificates/enrol-organisation';
import { issuedIdentity, recordIdentity } from '../certificates/issued-identities';
import { writeMspFolders } from '../certificates/msp-folders';
import { declareProcess } from '../supervisor/control';
import { waitReady } from '../supervisor/readiness';
import { inParallel } from '../system/in-parallel';
import { waitUntil } from '../system/wait-until';
import type { OrganisationPlan } from '../topology/network-plan';
import { type NetworkContext, PARALLEL_PROGRAMS } from './network-context';

const CA_DEADLINE_MS = 30_000;

/** Starts the CA servers; issues certificates and writes MSP folders if any certificate is missing. */
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
