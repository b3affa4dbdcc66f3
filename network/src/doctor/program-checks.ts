// SPDX-License-Identifier: Apache-2.0
// Fabric's programs: which would be used, their versions, and whether there are others on PATH.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { NetworkError } from '../network-error';
import { builtPrograms } from '../programs/build-programs';
import { PROGRAM_NAMES, type ProgramName } from '../programs/program-paths';
import { runProgram } from '../system/run-program';
import { check, type Check } from './check';

const VERSION_DEADLINE_MS = 3_000;

/** How each program is asked for its version; those of neither kind tell none. */
const VERSION_WORDS: Readonly<Partial<Record<ProgramName, string>>> = {
  peer: 'version',
  orderer: 'version',
  configtxgen: '-version',
  configtxlator: 'version',
  'fabric-ca-server': 'version',
  'fabric-ca-client': 'version',
};

/** The version in what a program of Fabric says of itself, such as `2.5.0`. */
export const versionIn = (text: string): string | undefined =>
  /^\s*Version:\s*v?(\S+)/m.exec(text)?.[1];

/** The folders of a PATH that hold all of Fabric's programs. */
export const foldersWithPrograms = (
  path: string,
  isThere: (file: string) => boolean = existsSync,
): string[] =>
  [...new Set(path.split(delimiter))].filter(
    (folder) => folder !== '' && PROGRAM_NAMES.every((name) => isThere(join(folder, name))),
  );

/** Where the programs of the next start come from. */
export function programFolder(environment: NodeJS.ProcessEnv): string {
  return environment['FABRIC_BIN'] || builtPrograms(environment).bin;
}

/** True when nothing has to be built for a start. */
export const hasPrograms = (folder: string): boolean =>
  PROGRAM_NAMES.every((name) => existsSync(join(folder, name)));

async function programCheck(folder: string, name: ProgramName): Promise<Check> {
  const program = join(folder, name);
  const of = `program ${name}`;
  if (!existsSync(program))
    return check(
      of,
      'failed',
      `is not in ${folder}`,
      "Put Fabric's and Fabric CA's programs there.",
    );
  const words = VERSION_WORDS[name];
  if (words === undefined) return check(of, 'ok', `in ${folder}; it tells no version`);
  try {
    const call = { program, args: [words], deadlineMs: VERSION_DEADLINE_MS };
    const { stdout, stderr } = await runProgram(call);
    return check(of, 'ok', `${versionIn(stdout + stderr) ?? 'of an unknown version'} in ${folder}`);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return check(of, 'failed', error.message, 'Build or fetch it for this machine.');
  }
}

function offered(environment: NodeJS.ProcessEnv): readonly Check[] {
  const [folder] = foldersWithPrograms(environment['PATH'] ?? '');
  if (folder === undefined || environment['FABRIC_BIN']) return [];
  const remedy = `To use them instead of those that are built here: FABRIC_BIN=${folder}`;
  return [check('programs on PATH', 'ok', `${folder} holds all of Fabric's programs`, remedy)];
}

const notBuilt = (folder: string): Check =>
  check(
    'programs',
    'warning',
    `Fabric's programs are not built yet (${folder})`,
    'The first start builds them, within minutes; or set FABRIC_BIN to a folder of ready programs.',
  );

/** @param running where the programs of the running network come from, if that is known */
export async function programChecks(
  environment: NodeJS.ProcessEnv,
  running: string | undefined,
): Promise<readonly Check[]> {
  const next = programFolder(environment);
  const isBuilt = environment['FABRIC_BIN'] !== undefined || existsSync(next);
  const folders = new Set([
    ...(isBuilt ? [next] : []),
    ...(running === undefined ? [] : [running]),
  ]);
  const checks = [...folders].flatMap((folder) =>
    PROGRAM_NAMES.map((name) => programCheck(folder, name)),
  );
  const asked = await Promise.all(checks);
  return [...(isBuilt ? [] : [notBuilt(next)]), ...asked, ...offered(environment)];
}
