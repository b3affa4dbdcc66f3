// SPDX-License-Identifier: Apache-2.0
// Computes the version of a chaincode definition from everything that determines it: code, collections, endorsement policy.
import { createHash, type Hash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkError } from '@fabric-offline-pay/node-common';

const VERSION_LENGTH = 16;
const IGNORED = /(\.map|\.d\.ts|\.tsbuildinfo)$/;

/**
 * The version of a chaincode definition. The same content has the same version in every folder.
 * A compiled package counts with its output only (`dist`, `domain/dist`, package.json), without maps and types;
 * a package that is not compiled, with everything but `node_modules`.
 * @param directory the chaincode's package folder.
 * @param definition collections and policy to be committed.
 * @throws NetworkError `CHAINCODE_NOT_BUILT` when there is no code.
 */
export function contentVersion(directory: string, definition: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(definition));
  for (const place of contentPlaces(directory)) {
    addFolder(hash, join(directory, place), place);
  }
  return hash.digest('hex').slice(0, VERSION_LENGTH);
}

/**
 * Checks that a package folder holds code that can run.
 * @throws NetworkError `CHAINCODE_NOT_BUILT`
 */
export function requireContent(directory: string): void {
  contentPlaces(directory);
}

function contentPlaces(directory: string): string[] {
  if (!existsSync(join(directory, 'package.json'))) {
    throw notBuiltError(directory);
  }
  const compiled = ['dist', join('domain', 'dist')].filter((place) =>
    existsSync(join(directory, place)),
  );
  if (compiled.length === 0 && existsSync(join(directory, 'tsconfig.json'))) {
    throw notBuiltError(directory);
  }
  return compiled.length === 0 ? ['.'] : compiled;
}

function addFolder(hash: Hash, folder: string, name: string): void {
  const entries = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules' && !IGNORED.test(entry.name))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      addFolder(hash, path, `${name}/${entry.name}`);
    } else {
      hash
        .update(`${name}/${entry.name}\0`)
        .update(createHash('sha256').update(readFileSync(path)).digest());
    }
  }
}

function notBuiltError(directory: string): NetworkError {
  return new NetworkError('CHAINCODE_NOT_BUILT', `There is no compiled chaincode in ${directory}`, {
    advice: 'Run npm run build.',
  });
}
