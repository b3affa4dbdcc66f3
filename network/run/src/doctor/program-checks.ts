// SPDX-License-Identifier: Apache-2.0
// Fabric's programs: which of them would be used, their versions, and others on PATH.
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
import { check, runCheck, type Check } from './check.js';

const VERSION_DEADLINE_MS = 3_000;

/** The arguments that make a program print its version. Programs without an entry print none. */
const VERSION_WORDS: Readonly<Partial<Record<ProgramName, string>>> = {
  peer: 'version',
  orderer: 'version',
  configtxgen: '-version',
  configtxlator: 'version',
  'fabric-ca-server': 'version',
  'fabric-ca-client': 'version',
};

/** The version in the output of a Fabric program, such as `2.5.0`. */
export const versionIn = (text: string): string | undefined =>
  /^\s*Version:\s*v?(\S+)/m.exec(text)?.[1];

/** The folders of PATH that hold all of Fabric's programs. */
export const foldersWithPrograms = (
  path: string,
  isThere: (file: string) => boolean = existsSync,
): string[] =>
  [...new Set(path.split(delimiter))].filter(
    (folder) => folder !== '' && hasPrograms(folder, isThere),
  );

/** The programs of the next start. */
export function programFolder(environment: NodeJS.ProcessEnv): string {
  return environment['FABRIC_BIN'] || builtPrograms(environment).bin;
}

/** True when a start needs no build. */
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
      "Copy Fabric's and Fabric CA's programs there.",
    );
  const words = VERSION_WORDS[name];
  if (words === undefined) return check(of, 'ok', `in ${folder}; it prints no version`);
  try {
    const call = { program, args: [words], deadlineMs: VERSION_DEADLINE_MS };
    const { stdout, stderr } = await runProgram(call);
    return check(of, 'ok', `${versionIn(stdout + stderr) ?? 'of an unknown version'} in ${folder}`);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    // It runs, but the machine is busy.
    if (error.details['exit'] === 'exit SIGKILL')
      return check(of, 'warning', `in ${folder}; it printed no version within 3 s`);
    return check(of, 'failed', error.message, 'Build or download it for this machine.');
  }
}

function pathCheck(environment: NodeJS.ProcessEnv): readonly Check[] {
  const [folder] = foldersWithPrograms(environment['PATH'] ?? '');
  if (folder === undefined || environment['FABRIC_BIN']) return [];
  const remedy = `To use them instead of our own build: FABRIC_BIN=${folder}`;
  return [check('programs on PATH', 'ok', `${folder} holds all of Fabric's programs`, remedy)];
}

/** Finds the operator's own programs like the next start. @throws NetworkError `PREREQUISITE_MISSING` */
async function readyCheck(environment: NodeJS.ProcessEnv): Promise<readonly Check[]> {
  const { bin, config } = await findPrograms(silent, environment);
  return [check('FABRIC_BIN', 'ok', `${bin}, with the sample settings of ${config}`)];
}

const notBuiltCheck = (folder: string): Check =>
  check(
    'programs',
    'warning',
    `Fabric's programs are not built yet (${folder})`,
    'The first start builds them in some minutes. Or set FABRIC_BIN to a folder with ready programs.',
  );

async function sourceChecks(environment: NodeJS.ProcessEnv): Promise<readonly Check[]> {
  if (environment['FABRIC_BIN']) return runCheck('FABRIC_BIN', () => readyCheck(environment));
  const { bin } = builtPrograms(environment);
  return existsSync(bin) ? [] : [notBuiltCheck(bin)];
}

/** @param running the programs of the running network, if known */
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
  return [...source, ...programs, ...pathCheck(environment)];
}
