// SPDX-License-Identifier: Apache-2.0
// The supervisor's process: one per network home, detached from the process that started it. Argument: the home folder.
import { rmSync, watch } from 'node:fs';
import { makeFolder, ownReference } from '@fabric-offline-pay/node-common';
import { logOutput } from '@fabric-offline-pay/node-common/log';
import pino from 'pino';
import { specFolder, supervisorFile, writeSupervisor } from './run-folder.js';
import { Supervisor } from './supervisor.js';

/** Also checks regularly, because watching can miss a change on some file systems. */
const LOOK_AGAIN_MS = 1_000;

/** A system that watches nothing more, because it has no watcher left, costs a second at each change. */
function watchFolder(folder: string, look: () => void, tell: (error: unknown) => void): void {
  try {
    watch(folder, look).on('error', tell);
  } catch (error) {
    tell(error);
  }
}

function main(home: string): void {
  const log = pino({ base: null }, logOutput());
  const supervisor = new Supervisor(home, (message, facts) => log.info(facts, message));
  let told = '';
  const tell = (error: unknown): void => {
    const text = String(error);
    // It looks every second, and what is wrong stays wrong until somebody mends it.
    if (text !== told) log.error(error, 'cannot reconcile');
    told = text;
  };
  const look = (): void => {
    supervisor.reconcile().then(() => (told = ''), tell);
  };
  const end = (): void => {
    supervisor
      .end()
      .then(() => rmSync(supervisorFile(home), { force: true }))
      .then(() => process.exit(0))
      .catch((error: unknown) => {
        log.error(error, 'cannot end');
        process.exit(1);
      });
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  makeFolder(specFolder(home));
  watchFolder(specFolder(home), look, tell);
  setInterval(look, LOOK_AGAIN_MS);
  writeSupervisor(home, ownReference());
  look();
}

const [home] = process.argv.slice(2);
if (home === undefined) {
  throw new Error('The network home is missing');
}
main(home);
