// SPDX-License-Identifier: Apache-2.0
// Requests the initial certificates of an organisation.
import { existsSync } from 'node:fs';
import { NetworkError } from '@fabric-offline-pay/node-common';
import type { FabricPrograms } from '../programs/program-paths.js';
import { type Authority, certificateFolder } from '../topology/organisation-files.js';
import type { OrganisationPlan } from '../topology/network-plan.js';
import { CaClient } from './ca-client.js';
import { initialSecret } from './ca-server.js';
import { ADMINISTRATOR, CHAINCODE_CLIENT, OPERATIONS_CLIENT } from './initial-identities.js';

/** An initial certificate of an organisation. */
export interface InitialCertificate {
  readonly plan: OrganisationPlan;
  readonly authority: Authority;
  readonly name: string;
  readonly hosts?: readonly string[];
}

/** The initial certificates that are missing: all of them at first, none later. */
export function missingCertificates(plan: OrganisationPlan): InitialCertificate[] {
  const nodes = [...plan.peers, ...plan.orderers];
  const identities = [ADMINISTRATOR, ...nodes.map(({ name }) => name), ...clientNames(plan)];
  const all: InitialCertificate[] = [
    ...identities.map((name) => ({ plan, authority: 'ca' as const, name })),
    ...tlsCertificates(plan).map((each) => ({ plan, authority: 'tlsca' as const, ...each })),
    { plan, authority: 'operationsca', name: OPERATIONS_CLIENT, hosts: [OPERATIONS_CLIENT] },
  ];
  return all.filter(
    ({ authority, name }) => !existsSync(certificateFolder(plan.folder, authority, name)),
  );
}

/** Of everything that listens, and of the peers when they call the chaincode. */
function tlsCertificates({
  peers,
  orderers,
  chaincode,
}: OrganisationPlan): Required<Pick<InitialCertificate, 'name' | 'hosts'>>[] {
  const ofNodes = [...peers, ...orderers, chaincode ?? []]
    .flat()
    .map(({ name, host, tlsHostname }) => ({
      name,
      hosts: [...new Set([tlsHostname, host, 'localhost'])],
    }));
  const client = { name: CHAINCODE_CLIENT, hosts: [CHAINCODE_CLIENT] };
  return chaincode === undefined ? ofNodes : [...ofNodes, client];
}

/**
 * Requests one initial certificate.
 * @throws NetworkError `TOPOLOGY_CHANGED` when the authority was set up without this name.
 */
export async function issueInitialCertificate(
  programs: FabricPrograms,
  { plan, authority, name, hosts }: InitialCertificate,
): Promise<void> {
  const secret = initialSecret(plan, authority, name);
  if (secret === undefined) {
    throw new NetworkError('TOPOLOGY_CHANGED', `${plan.ca.name} was set up without ${name}`, {
      advice: 'Run network reset, or restore the old topology.',
    });
  }
  const folder = certificateFolder(plan.folder, authority, name);
  const tls = hosts === undefined ? {} : { hosts };
  await new CaClient(programs, plan).enrol({ authority, name, secret, folder, ...tls });
}

/** Identities of the topology that the authority knows since its start. Later identities are registered one by one. */
function clientNames(plan: OrganisationPlan): string[] {
  return plan.topology.identities
    .map(({ name }) => name)
    .filter((name) => initialSecret(plan, 'ca', name) !== undefined);
}
