// SPDX-License-Identifier: Apache-2.0
// Waits until a supervised process is ready, or says why it cannot become ready.
import { existsSync } from 'node:fs';
import {
  isAlive,
  isListening,
  NetworkError,
  readTextIfPresent,
  waitUntil,
} from '@fabric-offline-pay/node-common';
import { lastWords } from './last-words.js';
import {
  type ProcessState,
  type Readiness,
  logFile,
  readSpec,
  readSpecs,
  readState,
} from './run-folder.js';

const READY_DEADLINE_MS = 60_000;
const HOPELESS_RESTARTS = 4;

/**
 * Waits until the process runs and is ready.
 * @throws NetworkError `NODE_FAILED`, with the last line of its log, when it keeps dying; `DEADLINE_PASSED` after 60 s.
 */
export async function waitReady(
  home: string,
  name: string,
  deadlineMs = READY_DEADLINE_MS,
): Promise<void> {
  const since = readState(home, name)?.restarts ?? 0;
  const ready = async (): Promise<true | undefined> => {
    const state = readState(home, name);
    if (
      state !== undefined &&
      state.state !== 'running' &&
      state.restarts - since >= HOPELESS_RESTARTS
    ) {
      throw keepsDyingError(home, state);
    }
    return (await isReady(home, state)) ? true : undefined;
  };
  await waitUntil(`${name} to be ready`, ready, { deadlineMs, intervalMs: 50 });
}

/**
 * Waits for every declared service, also for those of an earlier `up`, such as the bank's, which a new supervisor starts itself.
 * A started process is not enough: it must show its sign of readiness.
 * @throws NetworkError as {@link waitReady}
 */
export async function waitServicesReady(home: string): Promise<void> {
  const services = readSpecs(home).filter(({ kind }) => kind === 'service');
  await Promise.all(services.map(({ name }) => waitReady(home, name)));
}

async function isReady(home: string, state: ProcessState | undefined): Promise<boolean> {
  if (state?.pid === undefined || state.identity === undefined) {
    return false;
  }
  const spec = readSpec(home, state.name);
  return (
    spec?.generation === state.generation &&
    isAlive({ pid: state.pid, identity: state.identity }) &&
    (spec.ready === undefined || showsSign(spec.ready))
  );
}

async function showsSign(sign: Readiness): Promise<boolean> {
  return 'file' in sign ? existsSync(sign.file) : isListening(sign.host, sign.port);
}

function keepsDyingError(home: string, { name, restarts, lastExit }: ProcessState): NetworkError {
  const said = lastWords(readTextIfPresent(logFile(home, name)) ?? '');
  return new NetworkError('NODE_FAILED', `${name} keeps dying: ${said}`, {
    advice: `Read ${logFile(home, name)}.`,
    details: { name, restarts, lastExit },
  });
}
