// SPDX-License-Identifier: Apache-2.0
// Writes MSP folders: the organisation's for the channel, and those of its nodes and administrator.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTextIfPresent, SECRET_FILE, writeFileAtomic } from '@fabric-offline-pay/node-common';
import { stringify } from 'yaml';
import { MSP_ROOT_FILE, mspSettings } from '../config/msp-settings.js';
import {
  authorityRoot,
  channelMsp,
  issuedFiles,
  localMsp,
} from '../topology/organisation-files.js';
import type { OrganisationPlan } from '../topology/network-plan.js';
import { ADMINISTRATOR } from './initial-identities.js';

/** The organisation's current revocation list, in an MSP folder. */
export function revocationListFile(mspFolder: string): string {
  return join(mspFolder, 'crls', 'crl.pem');
}

/** Writes the organisation's MSP for the channel. Needs no certificate but the roots of its authorities. */
export function writeChannelMsp(plan: OrganisationPlan): void {
  writePublicPart(plan, channelMsp(plan.folder));
}

/** Writes all MSP folders of an organisation from the certificates of its authorities. */
export function writeMspFolders(plan: OrganisationPlan): void {
  writeChannelMsp(plan);
  const holders = [...plan.peers, ...plan.orderers].map(({ name }) => name);
  for (const name of [...holders, ADMINISTRATOR]) {
    writeLocalMsp(plan, name);
  }
}

function writeLocalMsp(plan: OrganisationPlan, name: string): void {
  const folder = localMsp(plan.folder, name);
  const { cert, key } = issuedFiles(plan.folder, 'ca', name);
  writePublicPart(plan, folder);
  writeFileAtomic(join(folder, 'signcerts', 'cert.pem'), readFileSync(cert));
  writeFileAtomic(join(folder, 'keystore', 'key.pem'), readFileSync(key), SECRET_FILE);
}

function writePublicPart(plan: OrganisationPlan, folder: string): void {
  writeFileAtomic(
    join(folder, 'cacerts', MSP_ROOT_FILE),
    readFileSync(authorityRoot(plan.folder, 'ca')),
  );
  const tlsRoot = readFileSync(authorityRoot(plan.folder, 'tlsca'));
  writeFileAtomic(join(folder, 'tlscacerts', 'tlsca-cert.pem'), tlsRoot);
  writeFileAtomic(join(folder, 'config.yaml'), stringify(mspSettings()));
  const revoked = readTextIfPresent(revocationListFile(channelMsp(plan.folder)));
  if (revoked !== undefined) {
    writeFileAtomic(revocationListFile(folder), revoked);
  }
}
