// SPDX-License-Identifier: Apache-2.0
// Starts and ends a home's supervisor, and tells it which processes to run.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  HOME_MARK,
  isAlive,
  isHeld,
  makeFolder,
  markedProcesses,
  NetworkError,
  type ProcessReference,
  signalGroup,
  signalProcess,
  waitUntil,
} from '@fabric-offline-pay/node-common';
import { supervisorEntry } from '../package-folders.js';
import {
  type ProcessDeclaration,
  logFile,
  readSpec,
  readSpecs,
  readState,
  readStates,
  readSupervisor,
  removeSpec,
  removeState,
  supervisorFile,
  writeSpec,
} from './run-folder.js';

const START_DEADLINE_MS = 10_000;
const END_DEADLINE_MS = 20_000;
const KILL_DEADLINE_MS = 5_000;

/** @returns the home's supervisor, if it is alive. */
export function livingSupervisor(home: string): ProcessReference | undefined {
  const reference = readSupervisor(home);
  return reference !== undefined && isAlive(reference) ? reference : undefined;
}

/**
 * Makes sure that the home has a supervisor. First ends the processes that a killed supervisor left behind. The new one starts
 * only the services again, because `up` declares Fabric's nodes again.
 * @throws NetworkError `NODE_FAILED` when it does not start.
 */
export async function ensureSupervisor(home: string): Promise<void> {
  if (livingSupervisor(home) !== undefined) {
    return;
  }
  await killLeftovers(home);
  for (const { name } of readSpecs(home).filter(({ kind }) => kind !== 'service')) {
    removeSpec(home, name);
  }
  launchSupervisor(home);
  const what = 'the supervisor to start';
  await waitUntil(what, () => livingSupervisor(home), {
    deadlineMs: START_DEADLINE_MS,
    intervalMs: 20,
  });
}

function launchSupervisor(home: string): void {
  if (!existsSync(supervisorEntry)) {
    throw new NetworkError('NODE_FAILED', 'The supervisor is not compiled', {
      advice: 'Run npm run build.',
    });
  }
  const log = logFile(home, 'supervisor');
  makeFolder(dirname(log));
  const output = openSync(log, 'a', 0o600);
  const child = spawn(process.execPath, [supervisorEntry, home], {
    env: { ...process.env, [HOME_MARK]: home },
    stdio: ['ignore', output, output],
    detached: true,
    cwd: home,
  });
  closeSync(output);
  child.unref();
}

/** Ends the supervisor and every process of the home in any state. Returns when none is left. */
export async function endSupervisor(home: string): Promise<void> {
  const supervisor = livingSupervisor(home);
  if (supervisor !== undefined) {
    signalProcess(supervisor, 'SIGTERM');
    signalProcess(supervisor, 'SIGCONT');
    const ended = (): true | undefined => (isAlive(supervisor) ? undefined : true);
    await waitUntil('the supervisor to end', ended, { deadlineMs: END_DEADLINE_MS }).catch(() =>
      signalProcess(supervisor, 'SIGKILL'),
    );
  }
  await killLeftovers(home);
  rmSync(supervisorFile(home), { force: true });
}

/** Kills processes of the home that no supervisor watches: those of the pid files, and those with the home's mark. */
async function killLeftovers(home: string): Promise<void> {
  const leftovers = (): ProcessReference[] => [
    ...readStates(home).flatMap(({ pid, identity }) =>
      pid !== undefined && identity !== undefined && isAlive({ pid, identity })
        ? [{ pid, identity }]
        : [],
    ),
    ...markedProcesses(home),
  ];
  const none = (): true | undefined => {
    const alive = leftovers();
    for (const reference of alive) {
      signalGroup(reference, 'SIGKILL');
      signalProcess(reference, 'SIGKILL');
    }
    return alive.length === 0 ? true : undefined;
  };
  await waitUntil('leftover processes to end', none, {
    deadlineMs: KILL_DEADLINE_MS,
    intervalMs: 50,
  });
}

/**
 * Declares a process, which the supervisor then starts. A changed declaration gets the next generation, so that nobody takes the
 * old process for the new one.
 * @returns whether the declaration is new or changed
 */
export function declareProcess(home: string, spec: ProcessDeclaration): boolean {
  const before = readSpec(home, spec.name);
  const generation = before?.generation ?? 0;
  if (isDeepStrictEqual(before, { ...spec, generation })) {
    return false;
  }
  writeSpec(home, { ...spec, generation: generation + 1 });
  return true;
}

/** @throws NetworkError `NODE_FAILED` when nobody would do what the home's files ask for. */
function ensureSupervised(home: string): void {
  const supervisor = livingSupervisor(home);
  if (supervisor === undefined)
    throw new NetworkError('NODE_FAILED', 'The supervisor does not run', {
      advice: 'Run npm run network -- up.',
    });
  if (isHeld(supervisor.pid))
    throw new NetworkError('NODE_FAILED', 'The supervisor is held (SIGSTOP)', {
      advice: `Let it go on: kill -CONT ${supervisor.pid}.`,
    });
}

/**
 * Restarts a process and waits until the new one runs.
 * @throws NetworkError `NODE_UNKNOWN` when no process with this name is declared; `NODE_FAILED` without a supervisor; `DEADLINE_PASSED`.
 */
export async function renewProcess(home: string, name: string): Promise<void> {
  const spec = readSpec(home, name);
  if (spec === undefined) {
    throw unknownNode(home, name);
  }
  ensureSupervised(home);
  const generation = spec.generation + 1;
  writeSpec(home, { ...spec, generation });
  const renewed = (): true | undefined => {
    const state = readState(home, name);
    return state?.generation === generation && state.state === 'running' ? true : undefined;
  };
  await waitUntil(`${name} to restart`, renewed, {
    deadlineMs: END_DEADLINE_MS,
    intervalMs: 50,
  });
}

/** Removes the declaration of a process, and waits until the process has ended. */
export async function withdrawProcess(home: string, name: string): Promise<void> {
  removeSpec(home, name);
  if (livingSupervisor(home) === undefined) {
    removeState(home, name);
    return;
  }
  const gone = (): true | undefined => (readState(home, name) === undefined ? true : undefined);
  await waitUntil(`${name} to end`, gone, { deadlineMs: END_DEADLINE_MS, intervalMs: 50 });
}

/** @returns the error for a node that the network does not have. */
export function unknownNode(home: string, name: string): NetworkError {
  const known = readSpecs(home).map((spec) => spec.name);
  return new NetworkError('NODE_UNKNOWN', `There is no node ${name}`, {
    advice: known.length === 0 ? 'The network is down.' : `Nodes: ${known.join(', ')}.`,
  });
}
