// SPDX-License-Identifier: Apache-2.0
// The process of a node: `node main.js <configuration file>`. SIGTERM or SIGINT ends it. `node main.js rebuild <configuration file>` makes
// its tables anew from the ledger, and ends.
import { flushCompileCache } from 'node:module';
import { pino, type Logger } from 'pino';
import { factsOf } from '../http/node-error.js';
import { withLock } from '../system/file-lock.js';
import { PRIVATE_UMASK } from '../system/files.js';
import { logOutput } from '../system/log-output.js';
import type { Operations } from '../http/operation.js';
import type { PositionTables } from '../follower/position.js';
import { NetworkError } from '../network-error.js';
import { checkDatabaseFolder } from './database-place.js';
import { asSettingsError, failureOf } from './failure.js';
import { LedgerConnections } from './ledger-connections.js';
import type { NodeConfig } from './node-config.js';
import { checkSettingFiles, type SettingFile } from './setting-files.js';
import { rebuildNode, startNode, type NodeOptions } from './start-node.js';

/** What a program's node gets. */
export interface ProgramParts {
  readonly logger: Logger;
  readonly ledger: LedgerConnections;
  /** Ends the process, because the ledger can no longer be followed. */
  readonly onEnd: (error: unknown) => void;
}

export interface NodeProgram<
  Config extends NodeConfig,
  Tables extends PositionTables,
  Table extends Operations,
  Context,
> {
  /** In each line of the log. */
  readonly name: string;
  /** The variable of the environment that may name the configuration file. */
  readonly variable: string;
  readonly readConfig: (file: string, environment: NodeJS.ProcessEnv) => Config;
  /** The files that a configuration names: looked at before anything is opened. */
  readonly files: (config: Config) => readonly SettingFile[];
  readonly node: (config: Config, parts: ProgramParts) => NodeOptions<Tables, Table, Context>;
}

/** How long a process that is ending may still hold the database. */
const LOCK_DEADLINE_MS = 10_000;

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
  // It may be rejected while the node still starts, and nobody waits for it yet.
  promise.catch(() => undefined);
  return { promise, reject };
}

/** What the process does with its node until it ends. */
type Use<Tables extends PositionTables, Table extends Operations, Context> = (
  node: NodeOptions<Tables, Table, Context>,
  stopped: Promise<string>,
  broken: Promise<never>,
) => Promise<void>;

async function serve<Tables extends PositionTables, Table extends Operations, Context>(
  ...[options, stopped, broken]: Parameters<Use<Tables, Table, Context>>
): Promise<void> {
  const node = await startNode(options);
  // Now, because a process that is killed writes nothing. It is kept where NODE_COMPILE_CACHE says; otherwise, nowhere.
  flushCompileCache();
  try {
    options.logger.info({ signal: await Promise.race([stopped, broken]) }, 'ending');
  } finally {
    await node.close();
  }
}

async function rebuild<Tables extends PositionTables, Table extends Operations, Context>(
  ...[options, stopped]: Parameters<Use<Tables, Table, Context>>
): Promise<void> {
  const end = new AbortController();
  void stopped.then((signal) => end.abort(new Error(`Ended by ${signal}: start it again.`)));
  const blocks = await rebuildNode(options, end.signal);
  options.logger.info({ blocks: Number(blocks) }, 'rebuilt');
}

async function withNode<
  Config extends NodeConfig,
  Tables extends PositionTables,
  Table extends Operations,
  Context,
>(
  program: NodeProgram<Config, Tables, Table, Context>,
  use: Use<Tables, Table, Context>,
  config: Config,
  logger: Logger,
): Promise<void> {
  const stopped = waitForTermination();
  const ledger = new LedgerConnections(config.ledger);
  try {
    const { promise: broken, reject: onEnd } = withReject();
    await use(program.node(config, { ledger, logger, onEnd }), stopped, broken);
  } finally {
    ledger.close();
  }
}

/** Texts of a person's data stand in no log: whatever reaches one by mistake under these names is left out. */
const REDACTED = [
  ...['name', 'phone', 'email', 'birthDate', 'password', 'code', 'text', 'street', 'city', 'token'],
  ...['address', 'addresses', 'secret', 'url', 'authorization'],
];

/** @returns the paths that pino leaves out, to a depth of three. */
const redactedPaths = (names: readonly string[]): string[] =>
  names.flatMap((name) => [`*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);

/** @returns the log of a node. */
export const nodeLogger = (
  service: string,
  level: NodeConfig['logLevel'],
  destination: { write(line: string): void } = logOutput(),
): Logger => pino({ level, base: { service }, redact: redactedPaths(REDACTED) }, destination);

const REBUILD = 'rebuild';

/** @throws when no file is named */
function readArguments(variable: string) {
  const given = process.argv.slice(2);
  const rebuilds = given[0] === REBUILD;
  const file = given[rebuilds ? 1 : 0] ?? process.env[variable];
  if (file === undefined)
    throw new NetworkError('SETTINGS_INVALID', 'No configuration file is named.', {
      advice: `Give it as the argument or in ${variable}.`,
    });
  return { rebuilds, file };
}

function readSettings<Config extends NodeConfig>(
  { readConfig, files }: Pick<NodeProgram<Config, never, never, never>, 'readConfig' | 'files'>,
  file: string,
): Config {
  try {
    const config = readConfig(file, process.env);
    checkSettingFiles(files(config));
    checkDatabaseFolder(config);
    return config;
  } catch (error) {
    throw asSettingsError(error, file);
  }
}

async function main<
  Config extends NodeConfig,
  Tables extends PositionTables,
  Table extends Operations,
  Context,
>(program: NodeProgram<Config, Tables, Table, Context>): Promise<void> {
  process.umask(PRIVATE_UMASK);
  const { rebuilds, file } = readArguments(program.variable);
  const config = readSettings(program, file);
  const logger = nodeLogger(program.name, config.logLevel);
  const use = rebuilds ? rebuild : serve;
  // PGlite does not notice a second process on its folder and would destroy the folder.
  await withLock(`${config.databaseFolder}.lock`, LOCK_DEADLINE_MS, () =>
    withNode<Config, Tables, Table, Context>(program, use, config, logger),
  ).catch((error: unknown) => {
    logger.fatal(factsOf(error), 'ended');
    throw error;
  });
}

/**
 * Runs the node until a signal ends it. A failure ends the process with a sentence on standard error, and with 2 when the configuration or a
 * file of it is wrong, otherwise with 1.
 */
export function runNode<
  Config extends NodeConfig,
  Tables extends PositionTables,
  Table extends Operations,
  Context,
>(program: NodeProgram<Config, Tables, Table, Context>): void {
  main(program).catch((error: unknown) => {
    const { text, exitCode } = failureOf(error);
    process.stderr.write(`${text}\n`);
    // A database that failed while opening keeps the process alive. Without this, nobody would learn that the node does not answer.
    process.exit(exitCode);
  });
}
