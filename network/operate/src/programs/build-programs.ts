// SPDX-License-Identifier: Apache-2.0
// Builds Fabric's and Fabric CA's programs once, in a cache outside the source tree.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, NetworkError, runProgram, withLock } from '@fabric-offline-pay/node-common';
import { fabricCaModule, fabricModule } from '../package-folders.js';
import type { Progress } from '../progress.js';
import { buildKey } from './build-key.js';
import type { FabricPrograms } from './program-paths.js';
import { requireBuildTools } from './prerequisites.js';

const BUILD_DEADLINE_MS = 1_800_000;
const PACKAGES_A_MESSAGE = 100;
const FABRIC_RELEASE = '2.5.0';
const FABRIC_CA_RELEASE = '1.5.15';
const FABRIC_PACKAGE = 'github.com/hyperledger/fabric';
/** Without gRPC's request trace, which nobody reads: a peer would record every message to and from its chaincode. */
const BUILD_TAGS = 'grpcnotrace';
const SAMPLE_SETTINGS = ['core.yaml', 'orderer.yaml', 'configtx.yaml'];

/**
 * @returns the programs of the pinned Go modules. Builds them if they are not in the cache. Of two builds at once, one waits.
 * @throws NetworkError `PREREQUISITE_MISSING` | `BUILD_FAILED`
 */
export async function buildPrograms(
  progress: Progress,
  environment: NodeJS.ProcessEnv,
): Promise<FabricPrograms> {
  const cache = cacheFolder(environment);
  const folder = buildFolder(environment);
  const programs = builtPrograms(environment);
  if (existsSync(folder)) {
    return programs;
  }
  return withLock(`${folder}.lock`, BUILD_DEADLINE_MS, async () => {
    if (!existsSync(folder)) {
      await buildInto(cache, folder, progress);
    }
    return programs;
  });
}

/** The folder of the programs after the build. */
export function builtPrograms(environment: NodeJS.ProcessEnv): FabricPrograms {
  const folder = buildFolder(environment);
  return { bin: join(folder, 'bin'), config: join(folder, 'config') };
}

function buildFolder(environment: NodeJS.ProcessEnv): string {
  return join(cacheFolder(environment), currentKey());
}

function currentKey(): string {
  const files = [fabricModule, fabricCaModule].flatMap((module) =>
    ['go.mod', 'go.sum'].map((name) => readFileSync(join(module, name), 'utf8')),
  );
  return buildKey([...files, BUILD_TAGS], `${process.platform}-${process.arch}`);
}

async function buildInto(cache: string, folder: string, progress: Progress): Promise<void> {
  await requireBuildTools(fabricModule);
  mkdirSync(cache, { recursive: true });
  const temporary = mkdtempSync(join(cache, 'building-'));
  try {
    await copySampleSettings(join(temporary, 'config'));
    const bin = join(temporary, 'bin');
    const version = `${FABRIC_PACKAGE}/common/metadata.Version=${FABRIC_RELEASE}`;
    await buildModule('Fabric', fabricModule, bin, version, progress);
    const caVersion = `${FABRIC_PACKAGE}-ca/lib/metadata.Version=${FABRIC_CA_RELEASE}`;
    await buildModule('Fabric CA', fabricCaModule, bin, caVersion, progress);
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function copySampleSettings(target: string): Promise<void> {
  const call = { program: 'go', cwd: fabricModule, deadlineMs: BUILD_DEADLINE_MS };
  await runBuild('Fabric', () =>
    runProgram({ ...call, args: ['mod', 'download', FABRIC_PACKAGE] }),
  );
  const args = ['list', '-m', '-f', '{{.Dir}}', FABRIC_PACKAGE];
  const { stdout } = await runBuild('Fabric', () => runProgram({ ...call, args }));
  mkdirSync(target, { recursive: true });
  for (const name of SAMPLE_SETTINGS) {
    cpSync(join(stdout.trim(), 'sampleconfig', name), join(target, name));
  }
}

async function buildModule(
  label: string,
  module: string,
  bin: string,
  version: string,
  progress: Progress,
): Promise<void> {
  progress({ stage: 'programs', message: `building ${label} from source (once, about a minute)` });
  let packages = 0;
  const onMessage = (): void => {
    packages += 1;
    if (packages % PACKAGES_A_MESSAGE === 0) {
      progress({ stage: 'programs', message: `building ${label}: ${packages} packages compiled` });
    }
  };
  const args = [
    'build',
    '-v',
    '-trimpath',
    '-tags',
    BUILD_TAGS,
    '-ldflags',
    `-s -w -X ${version}`,
    '-o',
    `${bin}/`,
    'tool',
  ];
  const call = { program: 'go', args, cwd: module, onMessage, deadlineMs: BUILD_DEADLINE_MS };
  await runBuild(label, () => runProgram(call));
}

async function runBuild<T>(label: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NetworkError('BUILD_FAILED', `${label} could not be built: ${reason}`, {
      advice: 'Read the messages of go, or set FABRIC_BIN to a folder with ready programs.',
      cause,
    });
  }
}
