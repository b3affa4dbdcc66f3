// SPDX-License-Identifier: Apache-2.0
// The client certificates that an organisation has issued: their content, and whether they are revoked.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder, readAsIfPresent, writeJson } from '@fabric-offline-pay/node-common';
import { z } from 'zod';
import { certificateFolder } from '../topology/organisation-files.js';
import { type IdentityTopology, identitySchema } from '../topology/topology.js';

const issuedSchema = identitySchema.extend({ revoked: z.boolean() });

/** The record of a client identity beside its certificate. */
export type IssuedIdentity = z.infer<typeof issuedSchema>;

/** Records an identity beside its certificate. */
export function recordIdentity(
  organisationFolder: string,
  { name, role, actor }: IdentityTopology,
  revoked = false,
): void {
  writeJson(recordFile(organisationFolder, name), { name, role, actor, revoked });
}

/** @returns the identity with this name, revoked or not; undefined when none was issued. */
export function issuedIdentity(
  organisationFolder: string,
  name: string,
): IssuedIdentity | undefined {
  return readAsIfPresent(recordFile(organisationFolder, name), issuedSchema);
}

/** @returns all identities that are not revoked, by name. */
export function validIdentities(organisationFolder: string): IssuedIdentity[] {
  const folder = dirname(certificateFolder(organisationFolder, 'ca', 'any'));
  makeFolder(folder);
  return readdirSync(folder)
    .sort()
    .flatMap((name) => issuedIdentity(organisationFolder, name) ?? [])
    .filter(({ revoked }) => !revoked);
}

function recordFile(organisationFolder: string, name: string): string {
  return join(certificateFolder(organisationFolder, 'ca', name), 'identity.json');
}
