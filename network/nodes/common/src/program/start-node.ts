// SPDX-License-Identifier: Apache-2.0
// Starts a node: database, work, server, in this order; ends them in the other.
import { readFileSync, rmSync } from 'node:fs';
import { sql, type Kysely } from 'kysely';
import type { Logger } from 'pino';
import { openDatabase, type DatabasePlace, type Migrations } from '../database/open-database.js';
import type { BlockSource } from '../follower/follower.js';
import type { PositionTables } from '../follower/position.js';
import { Doorkeeper, type Visitor } from '../http/doorkeeper.js';
import { NodeMetrics } from '../http/metrics.js';
import { nodeServer } from '../http/node-server.js';
import type { ApiDescription } from '../http/open-api.js';
import type { Handlers, Operations } from '../http/operation.js';
import { readinessOf, type Links } from '../http/links.js';
import { writeJson } from '../system/files.js';
import { asDatabaseError, configuredPlace } from './database-place.js';
import { Ending } from './ending.js';
import { forgetAnswersJobs, idempotentCallsOf } from './forget-answers.js';
import type { MadeFile } from './made-files.js';
import { checkMadeKeys, noteMadeKeys, type MadeKeyTables } from './made-keys.js';
import type { NodeConfig } from './node-config.js';
import { unwritable } from './setting-files.js';
import { Work, type WorkParts } from './work.js';

/** What a node's own parts are built on. */
export interface NodeBase<Tables extends PositionTables> {
  readonly db: Kysely<Tables>;
  readonly work: Work<Tables>;
  readonly logger: Logger;
  readonly metrics: NodeMetrics;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** What a node is made of, beside its base. */
export interface NodeParts<Tables, Table extends Operations, Context> extends WorkParts<Tables> {
  readonly api: ApiDescription & { readonly operations: Table };
  readonly handlers: Handlers<Table, Context>;
  readonly contextOf: (visitor: Visitor) => Context;
  /** What else the node needs, beside database and ledger. */
  readonly links?: Links;
  /** Finishes what the parts do by themselves. Called after server and work have ended, before the database is closed. */
  close?(): Promise<void>;
}

export interface NodeOptions<Tables extends PositionTables, Table extends Operations, Context> {
  /** Names the node in figures and logs. */
  readonly name: string;
  readonly config: NodeConfig;
  readonly logger: Logger;
  readonly migrations: Migrations;
  /** Keys that the parts make when they are missing. The migrations of a node that has some make their table ({@link MadeKeyTables}). */
  readonly madeFiles?: readonly MadeFile[] | undefined;
  /** The ledger's blocks. Without them nothing is followed, as in tests of the interface alone. */
  readonly blocks?: BlockSource | undefined;
  /** Default: what the configuration says. */
  readonly place?: DatabasePlace | undefined;
  readonly clock?: () => number;
  /** Called when the ledger can no longer be followed. */
  readonly onEnd?: ((error: unknown) => void) | undefined;
  readonly build: (
    base: NodeBase<Tables>,
  ) => NodeParts<Tables, Table, Context> | Promise<NodeParts<Tables, Table, Context>>;
}

export interface RunningNode {
  readonly url: string;
  /** Finishes running work, then closes server and database. @throws when something of it does not end within 20 s; all else has ended then */
  close(): Promise<void>;
}

const read = (path: string): string => readFileSync(path, 'utf8');

/** What every node needs. A node whose tables stand still misleads whoever reads them, so it is not ready. */
function ownLinks<Tables extends PositionTables>(
  { db, work }: NodeBase<Tables>,
  blocks: BlockSource | undefined,
): Links {
  const database = { required: true, ask: () => sql`select 1`.execute(db) };
  if (blocks === undefined) return { database };
  return {
    database,
    ...(blocks.height !== undefined && {
      ledger: { required: true, ask: () => blocks.height?.() ?? Promise.resolve() },
    }),
    follower: { required: true, ask: () => work.keepsUp() },
  };
}

async function listen<Tables extends PositionTables, Table extends Operations, Context>(
  { config, blocks }: NodeOptions<Tables, Table, Context>,
  base: NodeBase<Tables>,
  { api, handlers, contextOf, links = {} }: NodeParts<Tables, Table, Context>,
  ending: Ending,
): Promise<string> {
  const { db, logger, metrics, clock, work } = base;
  const { cert, key, clientRoots, revocations: revocationsFile } = config.tls;
  const authorities = clientRoots.map(read);
  const server = nodeServer({
    ...{ api, handlers, contextOf, logger, metrics },
    tls: { cert: read(cert), key: read(key), clientRoots: authorities },
    doorkeeper: new Doorkeeper({ authorities, revocationsFile, clock }),
    timeouts: config.timeouts,
    readiness: () => readinessOf({ ...ownLinks(base, blocks), ...links }),
    updateMetrics: async () => metrics.countJobs(await work.jobStates()),
    idempotentCalls: idempotentCallsOf(db, clock),
  });
  ending.add('server', () => server.close());
  return server.listen({ host: config.host, port: config.port });
}

/**
 * Builds the parts, which make the keys that are missing. Nothing was made with a new key before the database knows it.
 * @throws NetworkError `SETTING_FILE_UNUSABLE` for keys that the database was not used with
 */
async function buildWithKeys<Tables extends PositionTables, Table extends Operations, Context>(
  { madeFiles = [], build: buildParts }: NodeOptions<Tables, Table, Context>,
  base: NodeBase<Tables>,
): Promise<NodeParts<Tables, Table, Context>> {
  const keys = base.db as unknown as Kysely<MadeKeyTables>;
  const unknown = await checkMadeKeys(keys, madeFiles);
  const parts = await buildParts(base);
  await noteMadeKeys(keys, unknown);
  return parts;
}

/** What a node is made of, with its base; nothing of it works yet. */
async function build<Tables extends PositionTables, Table extends Operations, Context>(
  options: NodeOptions<Tables, Table, Context>,
  ending: Ending,
) {
  const { config, migrations, logger, blocks, onEnd, clock = Date.now } = options;
  const place = options.place ?? configuredPlace(config);
  const metrics = new NodeMetrics(options.name);
  const db = await openDatabase<Tables>(place, migrations).catch((error: unknown) => {
    throw asDatabaseError(error, config);
  });
  ending.add('database', () => db.destroy());
  const url = 'url' in place ? place.url : undefined;
  const work = new Work({ db, url, logger, metrics, blocks, onEnd });
  const base = { db, work, logger, metrics, clock };
  const parts = await buildWithKeys(options, base);
  ending.add('parts', () => parts.close?.());
  ending.add('work', () => work.close());
  const forgetting = forgetAnswersJobs(parts.api.operations, idempotentCallsOf(db, clock));
  return { base, parts: { ...parts, jobs: [...parts.jobs, ...forgetting] } };
}

function writeReady(file: string, content: { readonly url: string; readonly pid: number }): void {
  try {
    writeJson(file, content);
  } catch (error) {
    throw unwritable('readyFile', file, error);
  }
}

async function start<Tables extends PositionTables, Table extends Operations, Context>(
  options: NodeOptions<Tables, Table, Context>,
  ending: Ending,
): Promise<string> {
  const { base, parts } = await build(options, ending);
  await base.work.start(parts);
  const address = await listen(options, base, parts, ending);
  const { logger } = options;
  const { readyFile } = options.config;
  if (readyFile !== undefined) {
    ending.add('ready file', () => rmSync(readyFile, { force: true }));
    writeReady(readyFile, { url: address, pid: process.pid });
  }
  logger.info({ url: address }, 'ready');
  return address;
}

/** Opens the database, works, follows, listens, and writes the ready file. @throws when one of these fails; nothing stays open. */
export async function startNode<Tables extends PositionTables, Table extends Operations, Context>(
  options: NodeOptions<Tables, Table, Context>,
): Promise<RunningNode> {
  const ending = new Ending();
  try {
    return { url: await start(options, ending), close: () => ending.run() };
  } catch (error) {
    await ending.run().catch(() => undefined);
    throw error;
  }
}

/**
 * Makes the tables that blocks alone make anew, until the ledger's head. Nothing leaves the node meanwhile: no message, no webhook, no money.
 * @returns the number of blocks that the tables have
 * @throws when the ledger cannot be read; the next start or rebuild reads on
 */
export async function rebuildNode<Tables extends PositionTables, Table extends Operations, Context>(
  options: NodeOptions<Tables, Table, Context>,
  signal: AbortSignal,
): Promise<bigint> {
  const ending = new Ending();
  try {
    const blocks = await options.blocks?.height?.();
    if (blocks === undefined) throw new Error('The node does not follow the ledger.');
    const { base, parts } = await build(options, ending);
    await base.work.rebuild(parts, blocks - 1n, signal);
    return blocks;
  } finally {
    await ending.run();
  }
}
