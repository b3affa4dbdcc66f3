// SPDX-License-Identifier: Apache-2.0
// The process that keeps the bank's bulletin fresh: `node bulletin-main.js <home> <ready file>`. SIGTERM or SIGINT ends it.
import { rmSync } from 'node:fs';
import { writeJson } from '@fabric-offline-pay/node-common';
import { logOutput } from '@fabric-offline-pay/node-common/log';
import { Clients } from '@fabric-offline-pay/operate';
import { pino } from 'pino';
import type { Bulletins } from './bulletins.js';
import { keepFresh, systemTime, type FreshBulletins } from './keep-fresh.js';
import { OfflineBank } from './offline-bank.js';

/**
 * Opens the bank at the first check, and again after a failure: the ledger may have no registry yet, or the CA may not answer. Opens
 * it again when issuing failed, because the issuer may be retired.
 */
function bulletinsOf(clients: Clients): FreshBulletins {
  let opened: Bulletins | undefined;
  const open = async (): Promise<Bulletins> =>
    (opened ??= (await OfflineBank.open(clients)).bulletins);
  return {
    dueIn: async (now, signal) => (await open()).dueIn(now, signal),
    issueAnew: async (signal) => {
      try {
        await (await open()).issueAnew(signal);
      } catch (error) {
        opened = undefined;
        throw error;
      }
    },
  };
}

const waitForTermination = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });

async function main([home = '', readyFile = '']: readonly string[]): Promise<void> {
  const stopped = waitForTermination();
  const logger = pino({ base: { service: 'bank-bulletins' } }, logOutput());
  const clients = new Clients(home);
  const keeper = keepFresh({
    bulletins: bulletinsOf(clients),
    time: systemTime,
    observer: {
      issued: () => logger.info('issued again'),
      failed: (error) => logger.warn({ error: String(error) }, 'not issued; will try again'),
    },
  });
  writeJson(readyFile, { pid: process.pid });
  await stopped;
  await keeper.close();
  await clients.close();
  rmSync(readyFile, { force: true });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.exitCode = 1;
  process.stderr.write(`${error instanceof Error ? error.message : 'The service failed.'}\n`);
});
