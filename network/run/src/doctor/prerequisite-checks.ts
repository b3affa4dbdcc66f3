// SPDX-License-Identifier: Apache-2.0
// Checks what must be installed: Node.js always, Go and a C compiler until Fabric's programs are built.
import { runProgram } from '@fabric-offline-pay/node-common';
import { fabricModule, isOlder, neededGo, requireNode } from '@fabric-offline-pay/operate';
import { check, runCheck, type Check } from './check.js';
import { hasPrograms, programFolder } from './program-checks.js';

const DEADLINE_MS = 3_000;
/** From this version on, Go downloads the version that a module needs. */
const FETCHES_ITSELF = '1.24';
const READY = "but Fabric's programs are ready, so it is not needed";

interface GoSettings {
  /** Such as `1.26.8`; undefined when Go is not installed. */
  readonly version: string | undefined;
  readonly compiler: string;
}

async function goSettings(): Promise<GoSettings> {
  // Asks the installed Go itself: it must not read a module or download another version.
  const call = {
    program: 'go',
    args: ['env', 'GOVERSION', 'CC'],
    cwd: '/',
    env: { GOTOOLCHAIN: 'local' },
    deadlineMs: DEADLINE_MS,
  };
  const answer = await runProgram(call).catch(() => undefined);
  const [version, compiler] = (answer?.stdout ?? '').split('\n');
  return {
    version: version?.trim().replace(/^go/, '') || undefined,
    compiler: compiler?.trim().split(' ')[0] || 'gcc',
  };
}

/** @param isReady whether Fabric's programs exist, so that nothing is built */
export function goCheck(version: string | undefined, needed: string, isReady: boolean): Check {
  const remedy = `Install Go ${needed} or later (https://go.dev/dl), or set FABRIC_BIN to a folder with ready programs.`;
  const missing = (found: string): Check =>
    isReady ? check('Go', 'ok', `${found}, ${READY}`) : check('Go', 'failed', found, remedy);
  if (version === undefined) return missing('is not installed');
  if (!isOlder(version, needed)) return check('Go', 'ok', version);
  if (isOlder(version, FETCHES_ITSELF)) return missing(`${version} is too old`);
  return check(
    'Go',
    'ok',
    `${version}, which downloads ${needed} itself unless GOTOOLCHAIN forbids it`,
  );
}

async function compilerCheck(compiler: string, isReady: boolean): Promise<Check> {
  const call = { program: compiler, args: ['--version'], deadlineMs: DEADLINE_MS };
  const answer = await runProgram(call).catch(() => undefined);
  const name = `C compiler`;
  if (answer !== undefined) return check(name, 'ok', answer.stdout.split('\n')[0] ?? compiler);
  if (isReady) return check(name, 'ok', `${compiler} is not installed, ${READY}`);
  return check(
    name,
    'failed',
    `${compiler} is not installed`,
    'Install gcc, or install clang and set CC=clang.',
  );
}

const nodeJsCheck = (): readonly Check[] => {
  requireNode();
  return [check('Node.js', 'ok', process.versions.node)];
};

export async function prerequisiteChecks(
  environment: NodeJS.ProcessEnv,
): Promise<readonly Check[]> {
  const isReady = hasPrograms(programFolder(environment));
  const node = await runCheck('Node.js', nodeJsCheck);
  const { version, compiler } = await goSettings();
  const go = goCheck(version, neededGo(fabricModule), isReady);
  return [...node, go, await compilerCheck(compiler, isReady)];
}
