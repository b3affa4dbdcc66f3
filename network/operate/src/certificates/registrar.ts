// SPDX-License-Identifier: Apache-2.0
// The registrar of an organisation's authorities: registers names and revokes certificates.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkError } from '@fabric-offline-pay/node-common';
import type { OrganisationPlan } from '../topology/network-plan.js';
import type { Authority } from '../topology/organisation-files.js';
import type { CaClient } from './ca-client.js';
import { initialSecret } from './ca-server.js';
import { REGISTRAR, newSecret } from './initial-identities.js';

/** An organisation and the client of its CA server. */
export interface CaAccess {
  readonly organisation: OrganisationPlan;
  readonly client: CaClient;
}

/**
 * Registers a client's name and returns the secret to enrol it. A name from an interrupted attempt gets a new secret.
 * @param attributes certificate attributes as `name=value:ecert`.
 * @throws NetworkError `PROGRAM_FAILED`
 */
export async function registerName(
  access: CaAccess,
  authority: Authority,
  name: string,
  attributes: readonly string[],
): Promise<string> {
  const secret = newSecret();
  const registrar = await registrarArguments(access, authority);
  const list = attributes.length === 0 ? [] : [attributes.join(',')];
  const args = [
    '--id.name',
    name,
    '--id.type',
    'client',
    ...list.flatMap((all) => ['--id.attrs', all]),
  ];
  try {
    const env = { FABRIC_CA_CLIENT_ID_SECRET: secret };
    await access.client.call('register', authority, [...registrar, ...args], env);
  } catch (error) {
    if (!(error instanceof NetworkError && error.message.includes('already registered'))) {
      throw error;
    }
    const change = list.flatMap((all) => ['--attrs', all]);
    const env = { FABRIC_CA_CLIENT_SECRET: secret };
    await access.client.call(`identity modify ${name}`, authority, [...registrar, ...change], env);
  }
  return secret;
}

/**
 * Revokes every certificate of a client identity.
 * @returns the authority's revocation list (PEM), with all certificates that it ever revoked.
 * @throws NetworkError `PROGRAM_FAILED`
 */
export async function revokeName(access: CaAccess, name: string): Promise<string> {
  const registrar = await registrarArguments(access, 'ca');
  await access.client.call('revoke', 'ca', [...registrar, '--revoke.name', name, '--gencrl']);
  return writtenList(access);
}

/**
 * @returns the authority's present revocation list (PEM); it may be empty.
 * @throws NetworkError `PROGRAM_FAILED`
 */
export async function revocationsOf(access: CaAccess): Promise<string> {
  await access.client.call('gencrl', 'ca', await registrarArguments(access, 'ca'));
  return writtenList(access);
}

/** The file to which Fabric CA's client writes the list. */
const writtenList = (access: CaAccess): string =>
  readFileSync(join(registrarFolder(access, 'ca'), 'msp', 'crls', 'crl.pem'), 'utf8');

/** Options that make Fabric CA's client act as the registrar, who is enrolled at first use. */
async function registrarArguments(access: CaAccess, authority: Authority): Promise<string[]> {
  const folder = registrarFolder(access, authority);
  const secret = initialSecret(access.organisation, authority, REGISTRAR) ?? '';
  await access.client.enrolMsp({ authority, name: REGISTRAR, secret, folder });
  return ['-H', folder, '-M', join(folder, 'msp')];
}

function registrarFolder({ organisation }: CaAccess, authority: Authority): string {
  return join(organisation.folder, 'registrar', authority);
}
