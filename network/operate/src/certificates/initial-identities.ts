// SPDX-License-Identifier: Apache-2.0
// The identities that an organisation's authorities know from their first start, and the secrets to enrol them.
import { randomBytes } from 'node:crypto';
import type { InitialIdentity } from '../config/ca-settings.js';
import type { Authority } from '../topology/organisation-files.js';
import type { OrganisationPlan } from '../topology/network-plan.js';

/** Registers and revokes further identities. Each authority that does so has one. */
export const REGISTRAR = 'ca-registrar';

/** Signs channel updates and chaincode definitions for the organisation. */
export const ADMINISTRATOR = 'administrator';

/** May use the orderers' channel participation API and all operations endpoints. */
export const OPERATIONS_CLIENT = 'operator';

/** Name of the TLS client certificate with which an organisation's peers call its chaincode process. */
export const CHAINCODE_CLIENT = 'chaincode-client';

/** The identities of each authority. */
export type IdentitiesByAuthority = Readonly<Record<Authority, readonly InitialIdentity[]>>;

/** All initial identities of an organisation, each with a fresh secret. */
export function initialIdentities(plan: OrganisationPlan): IdentitiesByAuthority {
  const { identities } = plan.topology;
  return {
    ca: [
      registrar(),
      entry(ADMINISTRATOR, 'admin'),
      ...plan.peers.map(({ name }) => entry(name, 'peer')),
      ...plan.orderers.map(({ name }) => entry(name, 'orderer')),
      ...identities.map(({ name, role, actor }) =>
        entry(name, 'client', { role: `${role}:ecert`, actor: `${actor}:ecert` }),
      ),
    ],
    tlsca: [registrar(), ...tlsNames(plan).map((name) => entry(name, 'client'))],
    operationsca: [entry(OPERATIONS_CLIENT, 'client')],
  };
}

/** Names that client identities may not take, because the authority uses them. */
export function reservedNames(plan: OrganisationPlan): string[] {
  return [REGISTRAR, ADMINISTRATOR, ...tlsNames(plan)];
}

function tlsNames({ peers, orderers, chaincode }: OrganisationPlan): string[] {
  const nodes = [...peers, ...orderers].map(({ name }) => name);
  return chaincode === undefined ? nodes : [...nodes, chaincode.name, CHAINCODE_CLIENT];
}

function registrar(): InitialIdentity {
  return entry(REGISTRAR, 'client', {
    'hf.Registrar.Roles': 'client',
    'hf.Registrar.DelegateRoles': '',
    'hf.Registrar.Attributes': 'role,actor',
    'hf.Revoker': 'true',
    'hf.GenCRL': 'true',
  });
}

function entry(
  name: string,
  type: InitialIdentity['type'],
  attributes: Readonly<Record<string, string>> = {},
): InitialIdentity {
  return { name, secret: newSecret(), type, attributes };
}

/** A random password. */
export function newSecret(): string {
  return randomBytes(24).toString('base64url');
}
