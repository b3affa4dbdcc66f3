// SPDX-License-Identifier: Apache-2.0
// Packs the published packages from the build, as `npm publish` does.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The repository's folder. */
export const REPOSITORY = join(__dirname, '..', '..');

/** Folders of the packages that others install. `testing` needs `chaincode`. */
export const PUBLISHED = ['chaincode/domain', 'chaincode', 'sdk', 'chaincode/testing'] as const;

/** One tarball, and what is in it. */
export interface Packed {
  /** Name of the package, with its scope. */
  readonly name: string;
  /** Path of the tarball. */
  readonly tarball: string;
  /** Paths inside the package. */
  readonly paths: readonly string[];
}

interface Told {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** npm answers a list, and from version 11 an object by package. */
const toldOf = (answer: string): readonly Told[] =>
  Object.values(JSON.parse(answer.slice(answer.search(/^[[{]/m))) as Record<string, Told>);

/** @returns one tarball per package, in this folder. @throws npm's error. */
export async function packInto(folder: string): Promise<readonly Packed[]> {
  const workspaces = PUBLISHED.flatMap((path) => ['--workspace', path]);
  const args = ['pack', '--silent', '--json', '--pack-destination', folder, ...workspaces];
  const { stdout } = await run('npm', args, { cwd: REPOSITORY });
  return toldOf(stdout).map(({ name, filename, files }) => ({
    name,
    tarball: join(folder, filename),
    paths: files.map(({ path }) => path),
  }));
}
