// SPDX-License-Identifier: Apache-2.0
// An organisation's node beside a running network: its certificates, its configuration, its process.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkError, readAsIfPresent, writeJson } from '@fabric-offline-pay/node-common';
import { PROBES } from '@fabric-offline-pay/node-common/client';
import {
  endpointsOf,
  enrolTls,
  type IdentityDescription,
  type NetworkDescription,
  type OrganisationDescription,
  organisationsSeenBy,
  organisationWithRole,
  publishRevocations,
  readDescription,
  rememberService,
  resolveHome,
  startService,
  type TlsCertificate,
} from '@fabric-offline-pay/operate';
import * as z from 'zod';

/** Where a node's files and processes are. */
export interface NodePlace {
  /** The service's name under the network's supervisor. */
  readonly name: string;
  /** Of the organisation. */
  readonly role: OrganisationDescription['role'];
  /** Below the home: the node's own files. */
  readonly folder: string;
  /** Whether it works with what the others leave of the processors. */
  readonly isPatient?: boolean;
}

export type CertificatePaths = Pick<IdentityDescription, 'certPath' | 'keyPath'>;

/** @throws NetworkError `ORGANISATION_UNKNOWN` */
export function identityOf(organisation: OrganisationDescription, role: string) {
  const found = organisation.identities.find((identity) => identity.role === role);
  if (found === undefined)
    throw new NetworkError(
      'ORGANISATION_UNKNOWN',
      `${organisation.id} has no certificate for ${role}`,
    );
  return found;
}

/** The folder of a node's files. */
export const folderOf = (home: string, { folder }: NodePlace): string => join(home, folder);

/** @returns the file that says where the node listens. */
export const readyFileOf = (home: string, place: NodePlace): string =>
  join(folderOf(home, place), 'ready.json');

/** The part `ledger` of a node's configuration. @param identities certificates by role */
const ledgerSettings = (
  organisation: OrganisationDescription,
  description: NetworkDescription,
  identities: Readonly<Record<string, CertificatePaths>>,
) => ({
  peers: endpointsOf(organisation),
  tlsRoot: organisation.tlsRootCertPath,
  mspId: organisation.mspId,
  actor: organisation.actor,
  identities: Object.fromEntries(
    Object.entries(identities).map(([role, { certPath, keyPath }]) => [
      role,
      { certificate: certPath, privateKey: keyPath },
    ]),
  ),
  channel: description.channel,
  chaincode: description.chaincode.name,
  organisations: organisationsSeenBy(organisation, description),
});

/** The part `tls` of a node's configuration. */
const tlsSettings = (
  { ca }: OrganisationDescription,
  { certPath, keyPath }: TlsCertificate,
  revocations: string,
) => ({ cert: certPath, key: keyPath, clientRoots: [ca.tlsRootCertPath], revocations });

/** What a node's own settings are made from. */
export interface NodeSettingsParts {
  readonly organisation: OrganisationDescription;
  readonly description: NetworkDescription;
  readonly tls: ReturnType<typeof tlsSettings>;
}

/** The part of a configuration that every node has. @param identities certificates by role */
export const nodeSettings = (
  home: string,
  place: NodePlace,
  { organisation, description, tls }: NodeSettingsParts,
  identities: Readonly<Record<string, CertificatePaths>>,
) => ({
  databaseFolder: join(folderOf(home, place), 'database'),
  readyFile: readyFileOf(home, place),
  tls,
  logLevel: 'warn' as const,
  ledger: ledgerSettings(organisation, description, identities),
});

/** `nice` replaces itself by the program, so that signals reach it. */
const commandOf = (
  { isPatient = false }: NodePlace,
  [command = '', ...args]: readonly string[],
): { readonly command: string; readonly args: string[] } =>
  isPatient ? { command: 'nice', args: ['-n', '10', command, ...args] } : { command, args };

/**
 * Starts the node under the network's supervisor, or leaves it running when nothing changed. The network must be up.
 * @param settingsOf makes the whole configuration
 */
export async function startNodeService(
  home: string,
  place: NodePlace,
  program: string,
  settingsOf: (parts: NodeSettingsParts) => unknown,
): Promise<void> {
  const description = readDescription(home);
  const organisation = organisationWithRole(description, place.role);
  const { id } = organisation;
  const { name } = place;
  const certificate = await enrolTls(home, id, { name, hosts: ['127.0.0.1', 'localhost'] });
  // Written again at each start, so that it does not expire while the node runs.
  const revocations = await publishRevocations(home, id);
  const file = join(folderOf(home, place), 'config.json');
  const tls = tlsSettings(organisation, certificate, revocations);
  writeJson(file, settingsOf({ organisation, description, tls }));
  rememberService(resolveHome(home), { name, organisation: id });
  await startService(home, {
    name,
    organisation: id,
    ...commandOf(place, [process.execPath, program, file]),
    readyFile: readyFileOf(home, place),
  });
}

const ready = z.object({ url: z.string() });

/** @returns the address of a running node, with PEM texts. @throws NetworkError `NETWORK_NOT_UP` */
export function nodeAccess(
  home: string,
  place: NodePlace,
  { certPath, keyPath }: CertificatePaths,
) {
  const { tlsRootCertPath } = organisationWithRole(readDescription(home), place.role);
  const read = (path: string): string => readFileSync(path, 'utf8');
  const service = readAsIfPresent(readyFileOf(home, place), ready);
  if (service === undefined)
    throw new NetworkError('NETWORK_NOT_UP', `The service ${place.name} was not started.`);
  return {
    url: service.url,
    root: read(tlsRootCertPath),
    cert: read(certPath),
    key: read(keyPath),
  };
}

/**
 * @param role of the organisation's certificate that asks
 * @returns the address of the node's health check, with PEM texts
 * @throws NetworkError `NETWORK_NOT_UP`
 */
export function nodeHealthQuestion(
  home: string,
  place: NodePlace,
  role: string,
): ReturnType<typeof nodeAccess> {
  const asking = identityOf(organisationWithRole(readDescription(home), place.role), role);
  const { url, ...tls } = nodeAccess(home, place, asking);
  return { url: new URL(PROBES.ready.path, url).href, ...tls };
}
