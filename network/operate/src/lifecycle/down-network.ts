// SPDX-License-Identifier: Apache-2.0
// Ends a network's processes and keeps or wipes its data.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '@fabric-offline-pay/node-common';
import { type Progress, silent } from '../progress.js';
import { endSupervisor } from '../supervisor/control.js';
import {
  forgetServices,
  readSpecs,
  readStates,
  removeSpec,
  removeState,
} from '../supervisor/run-folder.js';
import { homeLock, resolveHome } from './home.js';

/** Which network to end. */
export interface DownOptions {
  readonly home?: string;
  readonly withProgress?: Progress;
}

const LOCK_DEADLINE_MS = 60_000;

/**
 * Ends every process of the network in any state, also after an interrupted `up` or a killed supervisor.
 * Data and certificates stay.
 * @throws NetworkError `NETWORK_BUSY` while a living process changes the home.
 */
export async function downNetwork(options: DownOptions = {}): Promise<void> {
  const home = resolveHome(options.home);
  if (!existsSync(home)) return;
  await withLock(homeLock(home), LOCK_DEADLINE_MS, () =>
    endAll(home, options.withProgress ?? silent),
  );
}

/** Ends every process of the network and removes everything in its home. */
export async function resetNetwork(options: DownOptions = {}): Promise<void> {
  const home = resolveHome(options.home);
  if (!existsSync(home)) return;
  await withLock(homeLock(home), LOCK_DEADLINE_MS, async () => {
    await endAll(home, options.withProgress ?? silent);
    for (const name of readdirSync(home).filter((entry) => entry !== 'run')) {
      rmSync(join(home, name), { recursive: true, force: true });
    }
    forgetServices(home);
  });
}

async function endAll(home: string, progress: Progress): Promise<void> {
  progress({ stage: 'down', message: `ending the network in ${home}` });
  await endSupervisor(home);
  for (const { name } of readSpecs(home)) {
    removeSpec(home, name);
  }
  for (const { name } of readStates(home)) {
    removeState(home, name);
  }
}
