// SPDX-License-Identifier: Apache-2.0
// The published packages as npm would install them into an empty folder, without a registry: their own files out of the tarballs,
// what they depend on by links. Nothing of the repository's workspaces is found from there.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { packInto, REPOSITORY, type Packed } from '../../scripts/src/packages.js';

const run = promisify(execFile);

export interface Installed {
  readonly folder: string;
  readonly packages: readonly Packed[];
  /** Runs a program there. @returns what it wrote to standard output. @throws what it wrote, when it failed. */
  run(node: string, ...args: readonly string[]): Promise<string>;
  remove(): void;
}

const dependenciesOf = (folder: string): readonly string[] => {
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  return Object.keys(dependencies);
};

/** Where npm put it, seen from a package: beside it, or further up. */
function found(name: string, from: string): string | undefined {
  const path = join(from, 'node_modules', name);
  if (existsSync(path)) return path;
  return from === REPOSITORY ? undefined : found(name, dirname(from));
}

/** Links what a package needs, and what that needs, and so on. What is there already stays. */
function link(modules: string, wanted: readonly string[], from: string): void {
  for (const name of wanted) {
    const path = join(modules, name);
    const source = found(name, from);
    if (existsSync(path) || source === undefined) continue;
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(source, path);
    link(modules, dependenciesOf(source), source);
  }
}

async function unpack(modules: string, { name, tarball }: Packed): Promise<void> {
  const path = join(modules, name);
  mkdirSync(path, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', path, '--strip-components=1']);
}

/** @param extra packages that the programs need beside, such as `@types/node` */
export async function installPackages(extra: readonly string[] = []): Promise<Installed> {
  const folder = mkdtempSync(join(tmpdir(), 'offpay-installed-'));
  const modules = join(folder, 'node_modules');
  const packages = await packInto(folder);
  await Promise.all(packages.map((each) => unpack(modules, each)));
  for (const { name } of packages) link(modules, dependenciesOf(join(modules, name)), REPOSITORY);
  link(modules, extra, REPOSITORY);
  return {
    folder,
    packages,
    run: async (node, ...args) => (await run(node, args, { cwd: folder })).stdout,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
