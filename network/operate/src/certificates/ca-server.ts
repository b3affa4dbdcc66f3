// SPDX-License-Identifier: Apache-2.0
// An organisation's CA server: its settings, its process, and its readiness.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  fileDamaged,
  isListening,
  readAsIfPresent,
  SECRET_FILE,
  writeFileAtomic,
  writeJson,
} from '@fabric-offline-pay/node-common';
import { stringify } from 'yaml';
import { z } from 'zod';
import {
  CA_SETTINGS_FILE,
  FURTHER_AUTHORITIES,
  authoritySettings,
  caServerSettings,
} from '../config/ca-settings.js';
import { type FabricPrograms, programPath } from '../programs/program-paths.js';
import type { ProcessDeclaration } from '../supervisor/run-folder.js';
import { type Authority, authorityRoot } from '../topology/organisation-files.js';
import type { OrganisationPlan } from '../topology/network-plan.js';
import { type IdentitiesByAuthority, initialIdentities } from './initial-identities.js';

const AUTHORITIES: readonly Authority[] = ['ca', ...FURTHER_AUTHORITIES];
const secretsSchema = z.record(z.string(), z.record(z.string(), z.string()));

/** Writes the server's settings if there are none yet. A server that has started once keeps its own. */
export function writeCaSettings(plan: OrganisationPlan): void {
  const settings = join(plan.ca.folder, CA_SETTINGS_FILE);
  if (existsSync(settings)) {
    return;
  }
  const identities = initialIdentities(plan);
  for (const authority of FURTHER_AUTHORITIES) {
    const content = stringify(authoritySettings(plan, authority, identities[authority]));
    writeFileAtomic(join(plan.ca.folder, authority, CA_SETTINGS_FILE), content, SECRET_FILE);
  }
  writeJson(secretsFile(plan), secretsOf(identities), SECRET_FILE);
  writeFileAtomic(settings, stringify(caServerSettings(plan, identities.ca)), SECRET_FILE);
}

/** The secret of an identity that the authority knows since its first start. */
export function initialSecret(
  plan: OrganisationPlan,
  authority: Authority,
  name: string,
): string | undefined {
  const secrets = readAsIfPresent(secretsFile(plan), secretsSchema);
  if (secrets === undefined) throw fileDamaged(secretsFile(plan));
  return secrets[authority]?.[name];
}

/** The server's process. */
export function caProcess(programs: FabricPrograms, plan: OrganisationPlan): ProcessDeclaration {
  const { name, folder, host, port } = plan.ca;
  return {
    name,
    kind: 'ca',
    organisation: plan.topology.id,
    command: programPath(programs, 'fabric-ca-server'),
    args: [
      ...['start', '--home', folder, '--loglevel', 'warning'],
      ...['--address', host, '--port', String(port)],
    ],
    env: {},
    cwd: folder,
    ready: { host, port },
  };
}

/** True when all authorities have their roots and the server listens. */
export async function isCaReady(plan: OrganisationPlan): Promise<boolean> {
  const roots = AUTHORITIES.map((authority) => authorityRoot(plan.folder, authority));
  return roots.every((path) => existsSync(path)) && isListening(plan.ca.host, plan.ca.port);
}

function secretsFile(plan: OrganisationPlan): string {
  return join(plan.ca.folder, 'secrets.json');
}

function secretsOf(identities: IdentitiesByAuthority): Record<string, Record<string, string>> {
  const secrets = AUTHORITIES.map((authority) => [
    authority,
    Object.fromEntries(identities[authority].map(({ name, secret }) => [name, secret])),
  ]);
  return z.record(z.string(), z.record(z.string(), z.string())).parse(Object.fromEntries(secrets));
}
