// SPDX-License-Identifier: Apache-2.0
// The process of the bank's authentication service: `node main.js <configuration file>`. SIGTERM or SIGINT ends it.
import { readFileSync } from 'node:fs';
import { PRIVATE_UMASK, withLock } from '@fabric-offline-pay/node-common';
import { connect, type Connection } from '@fabric-offline-pay/sdk';
import { pino, type Logger } from 'pino';
import { readConfig, type BankConfig } from './config.js';
import { factsOf } from './http/refusals.js';
import { startBank } from './start-bank.js';

/** How long a process that is ending may still hold the database. */
const LOCK_DEADLINE_MS = 10_000;

const read = (path: string): string => readFileSync(path, 'utf8');

function connectLedger({ ledger }: BankConfig): Connection {
  const { peers, mspId, channel, chaincode, organisations } = ledger;
  return connect({
    endpoint: peers,
    tlsRoot: read(ledger.tlsRoot),
    identity: { mspId, certificate: read(ledger.certificate) },
    privateKey: read(ledger.privateKey),
    channel,
    chaincode,
    organisations,
  });
}

const waitForTermination = (): Promise<string> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });

function withReject(): {
  readonly promise: Promise<never>;
  readonly reject: (error: unknown) => void;
} {
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<never>((_, rejectWith) => (reject = rejectWith));
  // It may be rejected while the service still starts, and nobody waits for it yet.
  promise.catch(() => undefined);
  return { promise, reject };
}

async function serve(config: BankConfig, logger: Logger): Promise<void> {
  const stopped = waitForTermination();
  const connection = connectLedger(config);
  try {
    const { promise: broken, reject } = withReject();
    const bank = await startBank(config, {
      ledger: connection.client.identity,
      logger,
      blocks: connection,
      onEnd: reject,
    });
    try {
      logger.info({ signal: await Promise.race([stopped, broken]) }, 'ending');
    } finally {
      await bank.close();
    }
  } finally {
    connection.close();
  }
}

async function main(): Promise<void> {
  process.umask(PRIVATE_UMASK);
  const file = process.argv[2] ?? process.env['OFFPAY_BANK_CONFIG'];
  if (file === undefined)
    throw new Error('Give the configuration file as the argument or in OFFPAY_BANK_CONFIG.');
  const config = readConfig(file, process.env);
  const logger = pino({ level: config.logLevel, base: { service: 'bank-authentication' } });
  // PGlite does not notice a second process on its folder and would destroy the folder.
  await withLock(`${config.databaseFolder}.lock`, LOCK_DEADLINE_MS, () =>
    serve(config, logger),
  ).catch((error: unknown) => {
    logger.fatal(factsOf(error), 'ended');
    throw error;
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : 'The service failed.'}\n`);
  // A database that failed while opening keeps the process alive. Without this, nobody would learn that the service does not answer.
  process.exit(1);
});
