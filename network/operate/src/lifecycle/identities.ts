// SPDX-License-Identifier: Apache-2.0
// Issues client and TLS certificates while the network runs.
import { existsSync } from 'node:fs';
import { inParallel, NetworkError } from '@fabric-offline-pay/node-common';
import { CaClient } from '../certificates/ca-client.js';
import { reservedNames } from '../certificates/initial-identities.js';
import {
  type IssuedIdentity,
  issuedIdentity,
  recordIdentity,
} from '../certificates/issued-identities.js';
import { registerName } from '../certificates/registrar.js';
import { type IdentityDescription, writeDescription } from '../description.js';
import type { OrganisationPlan } from '../topology/network-plan.js';
import { identityName } from '../topology/identity-name.js';
import { certificateFolder, issuedFiles } from '../topology/organisation-files.js';
import { type IdentityTopology, identitySchema } from '../topology/topology.js';
import type { NetworkContext } from './network-context.js';
import { type Issuer, issuerOf, runningNetwork, whileLocked } from './running-network.js';

/** A TLS certificate from an organisation's authority. Absolute paths of PEM files. */
export interface TlsCertificate {
  readonly certPath: string;
  readonly keyPath: string;
  readonly rootCertPath: string;
}

/** So many are asked for at the same time. */
const AT_ONCE = 4;

/**
 * Issues client certificates with the attributes `role` and `actor`. Idempotent: a second call for the same identity returns the issued one.
 * The network must be up.
 * @returns the identities in their order
 * @throws NetworkError `IDENTITY_CONFLICT` when a name belongs to another identity or to a revoked one;
 * `ORGANISATION_UNKNOWN` | `NETWORK_NOT_UP` | `PROGRAM_FAILED`.
 */
export async function enrolIdentities(
  home: string,
  organisationId: string,
  identities: readonly IdentityTopology[],
): Promise<readonly IdentityDescription[]> {
  const issuer = issuerOf(runningNetwork(home), organisationId);
  const { folder } = issuer.organisation;
  const wanted = identities.map((identity) => identitySchema.parse(identity));
  await whileLocked(issuer.plan, async () => {
    // The first one enrols the registrar, too, which the others then use.
    const [first, ...others] = wanted;
    if (first !== undefined) await issueOnce(issuer, first);
    await inParallel(others, AT_ONCE, (identity) => issueOnce(issuer, identity));
    await writeDescription(issuer.plan);
  });
  return wanted.map((identity) => {
    const { cert, key } = issuedFiles(folder, 'ca', identity.name);
    return { ...identity, certPath: cert, keyPath: key };
  });
}

/** Like {@link enrolIdentities}, for one. */
export async function enrolIdentity(
  home: string,
  organisationId: string,
  identity: IdentityTopology,
): Promise<IdentityDescription> {
  const [issued] = await enrolIdentities(home, organisationId, [identity]);
  if (issued === undefined) throw new Error('One identity was asked for, and none was issued.');
  return issued;
}

/** The certificate of a merchant's cashier. */
export const cashierOf = (merchantId: string): IdentityTopology => ({
  name: identityName('cashier', merchantId),
  role: 'cashier',
  actor: merchantId,
});

/**
 * Issues a TLS certificate for a service of the organisation, usable as server and as client. Idempotent by name.
 * @param hosts DNS names and addresses of the certificate.
 * @throws NetworkError `IDENTITY_CONFLICT` | `ORGANISATION_UNKNOWN` | `NETWORK_NOT_UP` | `PROGRAM_FAILED`
 */
export async function enrolTls(
  home: string,
  organisationId: string,
  { name, hosts }: { readonly name: string; readonly hosts: readonly string[] },
): Promise<TlsCertificate> {
  const issuer = issuerOf(runningNetwork(home), organisationId);
  const { folder } = issuer.organisation;
  refuseReserved(issuer.organisation, name);
  await whileLocked(issuer.plan, async () => {
    if (!existsSync(certificateFolder(folder, 'tlsca', name))) {
      const secret = await registerName(issuer, 'tlsca', name, []);
      const target = certificateFolder(folder, 'tlsca', name);
      await issuer.client.enrol({ authority: 'tlsca', name, secret, folder: target, hosts });
    }
  });
  const { cert, key, root } = issuedFiles(folder, 'tlsca', name);
  return { certPath: cert, keyPath: key, rootCertPath: root };
}

/** Issues certificates for identities that were added to the topology after the setup of the CA servers. */
export async function registerTopologyIdentities({
  plan,
  programs,
}: NetworkContext): Promise<void> {
  for (const organisation of plan.organisations) {
    const client = new CaClient(programs, organisation);
    for (const identity of organisation.topology.identities) {
      await issueOnce({ plan, organisation, client }, identity);
    }
  }
}

async function issueOnce(issuer: Issuer, identity: IdentityTopology): Promise<void> {
  const { folder } = issuer.organisation;
  const { name, role, actor } = identity;
  const before = issuedIdentity(folder, name);
  if (before !== undefined) {
    refuseOther(before, identity);
    return;
  }
  refuseReserved(issuer.organisation, name);
  const attributes = [`role=${role}:ecert`, `actor=${actor}:ecert`];
  const secret = await registerName(issuer, 'ca', name, attributes);
  const target = certificateFolder(folder, 'ca', name);
  await issuer.client.enrol({ authority: 'ca', name, secret, folder: target });
  recordIdentity(folder, identity);
}

function refuseOther(before: IssuedIdentity, { name, role, actor }: IdentityTopology): void {
  if (before.revoked || before.role !== role || before.actor !== actor) {
    const state = before.revoked ? 'was revoked' : `is ${before.role} of ${before.actor}`;
    throw new NetworkError('IDENTITY_CONFLICT', `The identity ${name} ${state}`, {
      advice: 'Choose another name.',
    });
  }
}

function refuseReserved(organisation: OrganisationPlan, name: string): void {
  if (reservedNames(organisation).includes(name)) {
    throw new NetworkError('IDENTITY_CONFLICT', `The network itself uses the name ${name}`, {
      advice: 'Choose another name.',
    });
  }
}
