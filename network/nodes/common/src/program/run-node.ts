// SPDX-License-Identifier: Apache-2.0
// The process of a node: `node main.js <configuration file>`. SIGTERM or SIGINT ends it.
import { pino, type Logger } from 'pino';
import * as z from 'zod';
import { factsOf } from '../http/node-error.js';
import { withLock } from '../system/file-lock.js';
import { PRIVATE_UMASK } from '../system/files.js';
import { LedgerConnections } from './ledger-connections.js';
import type { NodeConfig } from './node-config.js';
import type { RunningNode } from './start-node.js';

/** What a program's node gets. */
export interface ProgramParts {
  readonly logger: Logger;
  readonly ledger: LedgerConnections;
  /** Ends the process, because the ledger can no longer be followed. */
  readonly onEnd: (error: unknown) => void;
}

export interface NodeProgram<Config extends NodeConfig> {
  /** In each line of the log. */
  readonly name: string;
  /** The variable of the environment that may name the configuration file. */
  readonly variable: string;
  readonly readConfig: (file: string, environment: NodeJS.ProcessEnv) => Config;
  readonly start: (config: Config, parts: ProgramParts) => Promise<RunningNode>;
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

async function serve<Config extends NodeConfig>(
  program: NodeProgram<Config>,
  config: Config,
  logger: Logger,
): Promise<void> {
  const stopped = waitForTermination();
  const ledger = new LedgerConnections(config.ledger);
  try {
    const { promise: broken, reject: onEnd } = withReject();
    const node = await program.start(config, { ledger, logger, onEnd });
    try {
      logger.info({ signal: await Promise.race([stopped, broken]) }, 'ending');
    } finally {
      await node.close();
    }
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
  destination?: { write(line: string): void },
): Logger => {
  const options = { level, base: { service }, redact: redactedPaths(REDACTED) };
  return destination === undefined ? pino(options) : pino(options, destination);
};

function textOf(error: unknown): string {
  if (error instanceof z.ZodError) return `The configuration is wrong:\n${z.prettifyError(error)}`;
  return error instanceof Error ? error.message : 'The node failed.';
}

async function main<Config extends NodeConfig>(program: NodeProgram<Config>): Promise<void> {
  process.umask(PRIVATE_UMASK);
  const file = process.argv[2] ?? process.env[program.variable];
  if (file === undefined)
    throw new Error(`Give the configuration file as the argument or in ${program.variable}.`);
  const config = program.readConfig(file, process.env);
  const logger = nodeLogger(program.name, config.logLevel);
  // PGlite does not notice a second process on its folder and would destroy the folder.
  await withLock(`${config.databaseFolder}.lock`, LOCK_DEADLINE_MS, () =>
    serve(program, config, logger),
  ).catch((error: unknown) => {
    logger.fatal(factsOf(error), 'ended');
    throw error;
  });
}

/** Runs the node until a signal ends it; a failure ends the process with 1 and a sentence on standard error. */
export function runNode<Config extends NodeConfig>(program: NodeProgram<Config>): void {
  main(program).catch((error: unknown) => {
    process.stderr.write(`${textOf(error)}\n`);
    // A database that failed while opening keeps the process alive. Without this, nobody would learn that the node does not answer.
    process.exit(1);
  });
}
