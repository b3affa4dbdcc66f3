// SPDX-License-Identifier: Apache-2.0
// Client and TLS certificates that are issued while the network runs.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CaClient } from '../certificates/ca-client';
import { initialSecret } from '../certificates/ca-server';
import { REGISTRAR, newSecret, reservedNames } from '../certificates/initial-identities';
import {
  type IssuedIdentity,
  issuedIdentity,
  recordIdentity,
} from '../certificates/issued-identities';
import { type IdentityDescription, readDescription, writeDescription } from '../description';
import { NetworkError } from '../network-error';
import type { FabricPrograms } from '../programs/fabric-programs';
import { withLock } from '../system/file-lock';
import type { NetworkPlan, OrganisationPlan } from '../topology/network-plan';
import { type Authority, certificateFolder, issuedFiles } from '../topology/organisation-files';
import { type IdentityTopology, identitySchema } from '../topology/topology';
import { requirePlan, resolveHome } from './home';
import type { NetworkContext } from './network-context';

/** A TLS certificate that an organisation's authority has issued. Absolute paths of PEM files. */
export interface TlsCertificate {
  readonly certPath: string;
  readonly keyPath: string;
  readonly rootCertPath: string;
}

/** The organisation, its CA client, and the plan that both belong to. */
interface Issuer {
  readonly plan: NetworkPlan;
  readonly organisation: OrganisationPlan;
  readonly client: CaClient;
}

const LOCK_DEADLINE_MS = 60_000;

/**
 * Issues a client certificate with the attributes `role` and `actor`. Idempotent: the same identity asked for again is the
 * one that was issued. The network must be up.
 * @throws NetworkError `IDENTITY_CONFLICT` when the name belongs to another identity or to a revoked one;
 * `ORGANISATION_UNKNOWN` | `NETWORK_NOT_UP` | `PROGRAM_FAILED`.
 */
export async function enrolIdentity(
  home: string,
  organisationId: string,
  identity: IdentityTopology,
): Promise<IdentityDescription> {
  const issuer = issuerOf(home, organisationId);
  const { folder } = issuer.organisation;
  const wanted = identitySchema.parse(identity);
  await whileLocked(issuer.plan, async () => {
    await issueOnce(issuer, wanted);
    await writeDescription(issuer.plan);
  });
  const { cert, key } = issuedFiles(folder, 'ca', wanted.name);
  return { ...wanted, certPath: cert, keyPath: key };
}

/**
 * Issues a TLS certificate, for servers and clients alike, to a service of the organisation. Idempotent by name.
 * @param hosts DNS names and addresses to put into it.
 * @throws NetworkError `IDENTITY_CONFLICT` | `ORGANISATION_UNKNOWN` | `NETWORK_NOT_UP` | `PROGRAM_FAILED`
 */
export async function enrolTls(
  home: string,
  organisationId: string,
  { name, hosts }: { readonly name: string; readonly hosts: readonly string[] },
): Promise<TlsCertificate> {
  const issuer = issuerOf(home, organisationId);
  const { folder } = issuer.organisation;
  refuseReserved(issuer.organisation, name);
  await whileLocked(issuer.plan, async () => {
    if (!existsSync(certificateFolder(folder, 'tlsca', name))) {
      const secret = await register(issuer, 'tlsca', name, []);
      const target = certificateFolder(folder, 'tlsca', name);
      await issuer.client.enrol({ authority: 'tlsca', name, secret, folder: target, hosts });
    }
  });
  const { cert, key, root } = issuedFiles(folder, 'tlsca', name);
  return { certPath: cert, keyPath: key, rootCertPath: root };
}

/** Issues certificates to identities that were added to the topology after the CA servers were set up. */
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

/** Who issues certificates for the organisation. */
export function issuerOf(home: string, organisationId: string): Issuer {
  const folder = resolveHome(home);
  const plan = requirePlan(folder);
  const organisation = plan.organisations.find(({ topology }) => topology.id === organisationId);
  if (organisation === undefined) {
    throw new NetworkError('ORGANISATION_UNKNOWN', `There is no organisation ${organisationId}`, {
      advice: `Organisations: ${plan.topology.organisations.map(({ id }) => id).join(', ')}.`,
    });
  }
  // Only the programs' folder is needed here; their sample settings have done their work.
  const programs: FabricPrograms = { bin: readDescription(folder).programs, config: '' };
  return { plan, organisation, client: new CaClient(programs, organisation) };
}

/** Certificates are issued and revoked one at a time in a home. */
export async function whileLocked<T>(plan: NetworkPlan, work: () => Promise<T>): Promise<T> {
  return withLock(join(plan.home, 'run', 'identities.lock'), LOCK_DEADLINE_MS, work);
}

/** MSP folder of the organisation's registrar at one of its authorities, enrolled when first needed. */
export async function registrarMsp(
  { organisation, client }: Issuer,
  authority: Authority,
): Promise<string> {
  const folder = join(organisation.folder, 'registrar', authority);
  const secret = initialSecret(organisation, authority, REGISTRAR) ?? '';
  await client.enrolMsp(authority, REGISTRAR, secret, folder);
  return join(folder, 'msp');
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
  const secret = await register(issuer, 'ca', name, attributes);
  const target = certificateFolder(folder, 'ca', name);
  await issuer.client.enrol({ authority: 'ca', name, secret, folder: target });
  recordIdentity(folder, identity);
}

/** Registers a name and returns its secret; a name left over from an interrupted attempt gets a new one. */
async function register(
  issuer: Issuer,
  authority: Authority,
  name: string,
  attributes: readonly string[],
): Promise<string> {
  const secret = newSecret();
  const msp = await registrarMsp(issuer, authority);
  const env = { FABRIC_CA_CLIENT_ID_SECRET: secret };
  const attrs = attributes.length === 0 ? [] : ['--id.attrs', attributes.join(',')];
  const access = ['-H', join(msp, '..'), '-M', msp];
  const args = [...access, '--id.name', name, '--id.type', 'client', ...attrs];
  try {
    await issuer.client.call('register', authority, args, env);
  } catch (error) {
    if (!(error instanceof NetworkError && error.message.includes('already registered'))) {
      throw error;
    }
    const change = attributes.length === 0 ? [] : ['--attrs', attributes.join(',')];
    const again = { FABRIC_CA_CLIENT_SECRET: secret };
    await issuer.client.call(`identity modify ${name}`, authority, [...access, ...change], again);
  }
  return secret;
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
    throw new NetworkError('IDENTITY_CONFLICT', `The name ${name} is the network's own`, {
      advice: 'Choose another name.',
    });
  }
}
