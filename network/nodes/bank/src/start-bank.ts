// SPDX-License-Identifier: Apache-2.0
// Builds the service from its configuration, starts it, and stops it in order.
import { readFileSync, rmSync } from 'node:fs';
import { writeJson } from '@fabric-offline-pay/node-common';
import type { BlockSource, DatabasePlace, SqlEngine } from '@fabric-offline-pay/node-common/node';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { AuthenticationLedger } from './authentication-ledger.js';
import { AuthenticationService } from './authentication-service.js';
import { Spending } from './caps.js';
import type { BankConfig } from './config.js';
import { openBankDatabase } from './database/open-database.js';
import type { BankDatabase } from './database/schema.js';
import { installationKey } from './secrets/installation-key.js';
import { bankServer } from './http/bank-server.js';
import { Doorkeeper } from './http/doorkeeper.js';
import { startNotices, type RunningNotices } from './notices/start-notices.js';
import { openCarriers, type Carriers } from './outbox/open-carriers.js';
import { Pace } from './pace.js';

export interface BankParts {
  readonly ledger: AuthenticationLedger;
  readonly logger: Logger;
  /** The ledger's blocks, from which customers are told what happens to their orders. Without it they are not told. */
  readonly blocks?: BlockSource;
  /** Called when the ledger can no longer be followed. */
  readonly onEnd?: (error: unknown) => void;
  /** Default: PGlite in the configuration's folder. */
  readonly engine?: SqlEngine;
}

export interface RunningBank {
  readonly url: string;
  /** Finishes running work, then closes server and database. */
  close(): Promise<void>;
}

const read = (path: string): string => readFileSync(path, 'utf8');

function serviceOf(
  config: BankConfig,
  db: BankDatabase,
  { messages, mail }: Carriers,
  { ledger, logger }: BankParts,
) {
  return new AuthenticationService({
    db,
    ledger,
    messages,
    mail,
    codeCaps: config.messages.caps,
    clock: Date.now,
    limits: config.limits,
    key: installationKey(config.keyFile),
    pace: new Pace(),
    observer: {
      attestationDelayed: (facts) => logger.warn(facts, 'attestation delayed'),
      capped: (facts) => logger.warn(facts, 'code capped'),
    },
  });
}

function serverOf(
  config: BankConfig,
  db: BankDatabase,
  service: AuthenticationService,
  logger: Logger,
) {
  const { cert, key, clientRoots, revocations } = config.tls;
  const authorities = clientRoots.map(read);
  const clock = Date.now;
  return bankServer({
    operationsFor: (caller) => service.for(caller),
    tls: { cert: read(cert), key: read(key), clientRoots: authorities },
    doorkeeper: new Doorkeeper({ authorities, revocationsFile: revocations, clock }),
    spending: new Spending(config.caps, clock),
    timeouts: config.timeouts,
    logger,
    healthy: async () => {
      await sql`select 1`.execute(db);
    },
  });
}

const NOT_FOLLOWING: RunningNotices = { close: () => Promise.resolve() };

const noticesOf = (
  { messages: { quietHours }, ledger }: BankConfig,
  db: BankDatabase,
  { messages, mail }: Carriers,
  { blocks, logger, onEnd = () => undefined }: BankParts,
): Promise<RunningNotices> | RunningNotices =>
  blocks === undefined
    ? NOT_FOLLOWING
    : startNotices({
        context: { db, messages, mail, quietHours, clock: Date.now },
        blocks,
        logger,
        onEnd,
        bankId: ledger.bankId,
      });

const placeOf = ({ databaseFolder }: BankConfig, { engine }: BankParts): DatabasePlace =>
  engine === undefined ? { folder: databaseFolder } : { engine };

/** Opens the database, listens, and writes the ready file. @throws when one of these fails; nothing stays open. */
export async function startBank(config: BankConfig, parts: BankParts): Promise<RunningBank> {
  const { readyFile } = config;
  const db = await openBankDatabase(placeOf(config, parts));
  const carriers = openCarriers(config, db, parts.logger);
  let notices = NOT_FOLLOWING;
  const closeDatabase = async (): Promise<void> => {
    await notices.close();
    await carriers.close();
    await db.destroy();
  };
  try {
    notices = await noticesOf(config, db, carriers, parts);
    const service = serviceOf(config, db, carriers, parts);
    const server = serverOf(config, db, service, parts.logger);
    const url = await server.listen({ host: config.host, port: config.port });
    if (readyFile !== undefined) writeJson(readyFile, { url, pid: process.pid });
    parts.logger.info({ url }, 'ready');
    return {
      url,
      close: async () => {
        if (readyFile !== undefined) rmSync(readyFile, { force: true });
        await server.close();
        await service.idle();
        await closeDatabase();
      },
    };
  } catch (error) {
    await closeDatabase();
    throw error;
  }
}
