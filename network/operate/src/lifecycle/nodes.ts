// SPDX-License-Identifier: Apache-2.0
// Restarts, stops or kills nodes on purpose.
import { isAlive, NetworkError, signalProcess, waitUntil } from '@fabric-offline-pay/node-common';
import { renewProcess, unknownNode } from '../supervisor/control.js';
import { waitReady } from '../supervisor/readiness.js';
import { readState } from '../supervisor/run-folder.js';
import { resolveHome } from './home.js';

const DEATH_DEADLINE_MS = 5_000;

/**
 * Ends a node with SIGTERM, starts it again, and waits until it is ready.
 * @throws NetworkError `NODE_UNKNOWN` | `NODE_FAILED` | `DEADLINE_PASSED`
 */
export async function restartNode(home: string | undefined, name: string): Promise<void> {
  const folder = resolveHome(home);
  await renewProcess(folder, name);
  await waitReady(folder, name);
}

/**
 * Waits until a node runs and is ready, for example after {@link killNode}.
 * @throws NetworkError `NODE_FAILED` | `DEADLINE_PASSED`
 */
export async function waitForNode(home: string | undefined, name: string): Promise<void> {
  await waitReady(resolveHome(home), name);
}

/**
 * Sends a signal to a node's process, for chaos tests. If it dies, the supervisor starts it again.
 * @param signal such as SIGKILL, after which this function waits for the end of the process, or SIGSTOP and later SIGCONT.
 * @returns the number of the process that got the signal.
 * @throws NetworkError `NODE_UNKNOWN`; `NODE_FAILED` when it does not run.
 */
export async function killNode(
  home: string | undefined,
  name: string,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<number> {
  const folder = resolveHome(home);
  const state = readState(folder, name);
  if (state === undefined) {
    throw unknownNode(folder, name);
  }
  const { pid, identity } = state;
  if (pid === undefined || identity === undefined || !signalProcess({ pid, identity }, signal)) {
    throw new NetworkError('NODE_FAILED', `${name} does not run`, {
      details: { state: state.state },
    });
  }
  if (signal === 'SIGKILL') {
    const gone = (): true | undefined => (isAlive({ pid, identity }) ? undefined : true);
    await waitUntil(`${name} to die`, gone, { deadlineMs: DEATH_DEADLINE_MS, intervalMs: 5 });
  }
  return pid;
}
