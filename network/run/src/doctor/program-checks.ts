// SPDX-License-Identifier: Apache-2.0
// Fabric's programs: which would be used, their versions, and whether there are others on PATH.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { NetworkError, runProgram } from '@fabric-offline-pay/node-common';
import {
  builtPrograms,
  findPrograms,
  PROGRAM_NAMES,
  type ProgramName,
  silent,
} from '@fabric-offline-pay/operate';
import { check, lookedAt, type Check } from './check.js';

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
    (folder) => folder !== '' && hasPrograms(folder, isThere),
  );

/** Where the programs of the next start come from. */
export function programFolder(environment: NodeJS.ProcessEnv): string {
  return environment['FABRIC_BIN'] || builtPrograms(environment).bin;
}

/** True when nothing has to be built for a start. */
export const hasPrograms = (
  folder: string,
  isThere: (file: string) => boolean = existsSync,
): boolean => PROGRAM_NAMES.every((name) => isThere(join(folder, name)));

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
    // It runs, on a machine that is busy.
    if (error.details['exit'] === 'exit SIGKILL')
      return check(of, 'warning', `in ${folder}; it told no version within 3 s`);
    return check(of, 'failed', error.message, 'Build or fetch it for this machine.');
  }
}

function offered(environment: NodeJS.ProcessEnv): readonly Check[] {
  const [folder] = foldersWithPrograms(environment['PATH'] ?? '');
  if (folder === undefined || environment['FABRIC_BIN']) return [];
  const remedy = `To use them instead of those that are built here: FABRIC_BIN=${folder}`;
  return [check('programs on PATH', 'ok', `${folder} holds all of Fabric's programs`, remedy)];
}

/** Looks at the operator's own programs as the next start will. @throws NetworkError `PREREQUISITE_MISSING` */
async function readyCheck(environment: NodeJS.ProcessEnv): Promise<readonly Check[]> {
  const { bin, config } = await findPrograms(silent, environment);
  return [check('FABRIC_BIN', 'ok', `${bin}, with the sample settings of ${config}`)];
}

const notBuilt = (folder: string): Check =>
  check(
    'programs',
    'warning',
    `Fabric's programs are not built yet (${folder})`,
    'The first start builds them, within minutes; or set FABRIC_BIN to a folder of ready programs.',
  );

async function sourceChecks(environment: NodeJS.ProcessEnv): Promise<readonly Check[]> {
  if (environment['FABRIC_BIN']) return lookedAt('FABRIC_BIN', () => readyCheck(environment));
  const { bin } = builtPrograms(environment);
  return existsSync(bin) ? [] : [notBuilt(bin)];
}

/** @param running where the programs of the running network come from, if that is known */
export async function programChecks(
  environment: NodeJS.ProcessEnv,
  running: string | undefined,
): Promise<readonly Check[]> {
  const next = programFolder(environment);
  const folders = new Set([next, running ?? next].filter((folder) => existsSync(folder)));
  const [source, ...programs] = await Promise.all([
    sourceChecks(environment),
    ...[...folders].flatMap((folder) => PROGRAM_NAMES.map((name) => programCheck(folder, name))),
  ]);
  return [...source, ...programs, ...offered(environment)];
}
