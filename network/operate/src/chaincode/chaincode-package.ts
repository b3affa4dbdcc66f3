// SPDX-License-Identifier: Apache-2.0
// Packs what a peer needs to reach its organisation's chaincode process.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, SECRET_FILE } from '@fabric-offline-pay/node-common';
import { create } from 'tar';
import { CHAINCODE_CLIENT } from '../certificates/initial-identities.js';
import type { EndorserPlan } from '../topology/network-plan.js';
import { authorityRoot, issuedFiles } from '../topology/organisation-files.js';
import { chaincodeEndpoint, grpcAddress } from './chaincode-endpoint.js';

/** A package for `peer lifecycle chaincode install`. */
export interface ChaincodePackage {
  readonly file: string;
  /** `<label>:<SHA-256 of the file>`: the id by which the peer finds the process. */
  readonly id: string;
}

/** The content of connection.json: where the process listens and, for TCP, the certificates of both sides. */
export function connectionSettings(plan: EndorserPlan): Readonly<Record<string, unknown>> {
  const endpoint = chaincodeEndpoint(plan);
  const common = { address: grpcAddress(endpoint), dial_timeout: '10s' };
  if (endpoint.kind === 'socket') return { ...common, tls_required: false };
  const client = issuedFiles(plan.folder, 'tlsca', CHAINCODE_CLIENT);
  return {
    ...common,
    tls_required: true,
    client_auth_required: true,
    client_key: readFileSync(client.key, 'utf8'),
    client_cert: readFileSync(client.cert, 'utf8'),
    root_cert: readFileSync(authorityRoot(plan.folder, 'tlsca'), 'utf8'),
  };
}

/**
 * The organisation's package for a version of the chaincode, made once.
 * @param label Fabric's name of the package, and the name of the file.
 */
export async function chaincodePackage(
  plan: EndorserPlan,
  label: string,
): Promise<ChaincodePackage> {
  const folder = join(plan.chaincode.folder, 'packages');
  const file = join(folder, `${label}.tar.gz`);
  if (!existsSync(file)) {
    makeFolder(folder);
    await pack(plan, label, folder, file);
  }
  return { file, id: `${label}:${createHash('sha256').update(readFileSync(file)).digest('hex')}` };
}

async function pack(
  plan: EndorserPlan,
  label: string,
  folder: string,
  file: string,
): Promise<void> {
  const cwd = mkdtempSync(join(folder, 'packing-'));
  try {
    writeFileSync(join(cwd, 'connection.json'), JSON.stringify(connectionSettings(plan)));
    writeFileSync(join(cwd, 'metadata.json'), JSON.stringify({ type: 'ccaas', label }));
    await create({ cwd, gzip: true, portable: true, file: join(cwd, 'code.tar.gz') }, [
      'connection.json',
    ]);
    const all = ['metadata.json', 'code.tar.gz'];
    const packed = join(cwd, 'package.tar.gz');
    await create({ cwd, gzip: true, portable: true, file: packed, mode: SECRET_FILE }, all);
    renameSync(packed, file);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
