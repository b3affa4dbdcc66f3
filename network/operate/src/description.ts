// SPDX-License-Identifier: Apache-2.0
// What clients need to reach a running network: endpoints, certificates, identities. Written to <home>/network.json.
import { join } from 'node:path';
import {
  fileDamaged,
  NetworkError,
  readAsIfPresent,
  withLock,
  writeJson,
} from '@fabric-offline-pay/node-common';
import type { Endpoint } from '@fabric-offline-pay/sdk';
import { z } from 'zod';
import { ADMINISTRATOR, OPERATIONS_CLIENT } from './certificates/initial-identities.js';
import { validIdentities } from './certificates/issued-identities.js';
import type { NetworkPlan, OrganisationPlan, PeerPlan } from './topology/network-plan.js';
import { authorityRoot, issuedFiles, localMsp } from './topology/organisation-files.js';
import { organisationRoleSchema } from './topology/topology.js';

/** A gRPC endpoint: `host:port`, and how to verify its TLS certificate. Paths are absolute. */
const endpointSchema = z.object({
  name: z.string(),
  endpoint: z.string(),
  /** Name in the certificate: gRPC's `ssl_target_name_override`. */
  tlsHostname: z.string(),
  tlsRootCertPath: z.string(),
});

const nodeSchema = endpointSchema.extend({
  /** Health and metrics over HTTPS, only for the `operations` certificate of {@link organisationDescriptionSchema}. */
  operationsEndpoint: z.string(),
});

const certificateSchema = z.object({ certPath: z.string(), keyPath: z.string() });

/** A client certificate with the attributes that the chaincode checks. */
const identityDescriptionSchema = certificateSchema.extend({
  name: z.string(),
  role: z.string(),
  actor: z.string(),
});
export type IdentityDescription = z.infer<typeof identityDescriptionSchema>;

const organisationDescriptionSchema = z.object({
  id: z.string(),
  name: z.string(),
  mspId: z.string(),
  role: organisationRoleSchema,
  actor: z.string(),
  /** It follows the channel and takes no part in it: it answers no query, endorses nothing, and may write nothing. */
  readsOnly: z.boolean().default(false),
  /** The first of `peers`. The organisation's clients connect to it while it answers. */
  peer: nodeSchema,
  peers: z.array(nodeSchema),
  orderers: z.array(nodeSchema.extend({ adminEndpoint: z.string() })),
  ca: endpointSchema,
  tlsRootCertPath: z.string(),
  /** The administrator; `peerConfigPath` is a FABRIC_CFG_PATH for the peer program. */
  admin: certificateSchema.extend({ mspPath: z.string(), peerConfigPath: z.string() }),
  /** Client certificate for the operations endpoints and channel participation. */
  operations: certificateSchema,
  identities: z.array(identityDescriptionSchema),
});
export type OrganisationDescription = z.infer<typeof organisationDescriptionSchema>;

const descriptionSchema = z.object({
  home: z.string(),
  channel: z.string(),
  chaincode: z.object({ name: z.string(), version: z.string(), sequence: z.int() }),
  /** Folder of Fabric's programs. */
  programs: z.string(),
  organisations: z.array(organisationDescriptionSchema),
});

/** Describes a running network to its clients. */
export type NetworkDescription = z.infer<typeof descriptionSchema>;

const deploymentSchema = z.object({ version: z.string(), sequence: z.int(), programs: z.string() });

/** What `up` found out and the plan does not contain. */
export type Deployment = z.infer<typeof deploymentSchema>;

const LOCK_DEADLINE_MS = 10_000;

/**
 * Reads the description of the network in a home folder (absolute path).
 * @throws NetworkError `NETWORK_NOT_UP` when there is none, FILE_DAMAGED.
 */
export function readDescription(home: string): NetworkDescription {
  const description = readAsIfPresent(join(home, 'network.json'), descriptionSchema);
  if (description === undefined) {
    throw new NetworkError('NETWORK_NOT_UP', `There is no network in ${home}`, {
      advice: 'Run npm run network -- up.',
    });
  }
  return description;
}

/**
 * @returns the organisation with this id.
 * @throws NetworkError `ORGANISATION_UNKNOWN`
 */
export function describedOrganisation(
  description: NetworkDescription,
  id: string,
): OrganisationDescription {
  const found = description.organisations.find((organisation) => organisation.id === id);
  if (found === undefined) {
    throw new NetworkError('ORGANISATION_UNKNOWN', `There is no organisation ${id}`, {
      advice: `Organisations: ${description.organisations.map((each) => each.id).join(', ')}.`,
    });
  }
  return found;
}

/**
 * @returns the organisation with this role; the first, if there are several.
 * @throws NetworkError `ORGANISATION_UNKNOWN`
 */
export function organisationWithRole(
  { organisations }: Pick<NetworkDescription, 'organisations'>,
  role: OrganisationDescription['role'],
): OrganisationDescription {
  const found = organisations.find((organisation) => organisation.role === role);
  if (found === undefined)
    throw new NetworkError('ORGANISATION_UNKNOWN', `No organisation has the role ${role}`);
  return found;
}

/** MSP ids by role, for one organisation: its own, and the first of every other role. */
export const organisationsSeenBy = (
  { role, mspId }: Pick<OrganisationDescription, 'role' | 'mspId'>,
  { organisations }: Pick<NetworkDescription, 'organisations'>,
): Record<string, string> => ({
  ...Object.fromEntries(organisations.toReversed().map((entry) => [entry.role, entry.mspId])),
  [role]: mspId,
});

/** The peers of an organisation's clients: they use the first, and the next when it does not answer. */
export const endpointsOf = ({ peers }: Pick<OrganisationDescription, 'peers'>): Endpoint[] =>
  peers.map(({ endpoint, tlsHostname }) => ({
    address: endpoint,
    hostnameOverride: tlsHostname,
  }));

const deploymentFileOf = (home: string): string => join(home, 'deployment.json');

/**
 * What was deployed in the home last; nothing before the first time.
 * @throws NetworkError `FILE_DAMAGED`
 */
const readDeployment = (home: string): Deployment | undefined =>
  readAsIfPresent(deploymentFileOf(home), deploymentSchema);

/** Looks whether the home's own files hold what was written into them. @throws NetworkError `FILE_DAMAGED` */
export function ensureReadable(home: string): void {
  readDeployment(home);
  readAsIfPresent(join(home, 'network.json'), descriptionSchema);
}

/** Writes the description again from the content of the home. Several processes may call it at once. */
export async function writeDescription(
  plan: NetworkPlan,
  deployment?: Deployment,
): Promise<NetworkDescription> {
  const deploymentFile = deploymentFileOf(plan.home);
  return withLock(join(plan.home, 'run', 'description.lock'), LOCK_DEADLINE_MS, () => {
    if (deployment !== undefined) {
      writeJson(deploymentFile, deployment);
    }
    const known = readDeployment(plan.home);
    if (known === undefined) throw fileDamaged(deploymentFile);
    const description = describeNetwork(plan, known);
    writeJson(join(plan.home, 'network.json'), description);
    return Promise.resolve(description);
  });
}

function describeNetwork(plan: NetworkPlan, deployment: Deployment): NetworkDescription {
  const { channel, chaincode } = plan.topology;
  const { version, sequence, programs } = deployment;
  return {
    home: plan.home,
    channel: channel.name,
    chaincode: { name: chaincode.name, version, sequence },
    programs,
    organisations: plan.organisations.map(describeOrganisation),
  };
}

function describeOrganisation(plan: OrganisationPlan): OrganisationDescription {
  const { id, name, mspId, role, actor, readsOnly } = plan.topology;
  const tlsRootCertPath = authorityRoot(plan.folder, 'tlsca');
  const peers = plan.peers.map((peer) => describeNode(peer, tlsRootCertPath));
  const [peer] = peers;
  if (peer === undefined) {
    throw new NetworkError('INVALID_TOPOLOGY', `${id} has no peer`);
  }
  return {
    id,
    name,
    mspId,
    role,
    actor,
    readsOnly,
    peer,
    peers,
    tlsRootCertPath,
    orderers: plan.orderers.map((orderer) => ({
      ...describeNode(orderer, tlsRootCertPath),
      adminEndpoint: `${orderer.host}:${orderer.adminPort}`,
    })),
    ca: describeEndpoint(plan.ca, authorityRoot(plan.folder, 'ca')),
    admin: describeAdministrator(plan),
    operations: describeCertificate(plan, 'operationsca', OPERATIONS_CLIENT),
    identities: validIdentities(plan.folder).map((identity) => ({
      name: identity.name,
      role: identity.role,
      actor: identity.actor,
      ...describeCertificate(plan, 'ca', identity.name),
    })),
  };
}

function describeAdministrator(plan: OrganisationPlan): OrganisationDescription['admin'] {
  return {
    ...describeCertificate(plan, 'ca', ADMINISTRATOR),
    mspPath: localMsp(plan.folder, ADMINISTRATOR),
    peerConfigPath: plan.peers[0]?.folder ?? '',
  };
}

function describeCertificate(
  plan: OrganisationPlan,
  authority: 'ca' | 'operationsca',
  name: string,
): z.infer<typeof certificateSchema> {
  const { cert, key } = issuedFiles(plan.folder, authority, name);
  return { certPath: cert, keyPath: key };
}

function describeNode(node: PeerPlan, tlsRootCertPath: string): z.infer<typeof nodeSchema> {
  const operationsEndpoint = `${node.host}:${node.operationsPort}`;
  return { ...describeEndpoint(node, tlsRootCertPath), operationsEndpoint };
}

function describeEndpoint(
  { name, host, port, tlsHostname }: OrganisationPlan['ca'],
  tlsRootCertPath: string,
): z.infer<typeof endpointSchema> {
  return { name, endpoint: `${host}:${port}`, tlsHostname, tlsRootCertPath };
}
