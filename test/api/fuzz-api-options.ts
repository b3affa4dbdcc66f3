// SPDX-License-Identifier: Apache-2.0
// What the command that runs schemathesis was asked for.
import { parseArgs } from 'node:util';
import { NODE_NAMES, type NodeName } from './attacked-nodes.js';

export interface FuzzApiOptions {
  readonly maxExamples: number;
  readonly seed: number;
  readonly nodes: readonly NodeName[];
  /** Only this role; all that may call something without it. */
  readonly role: string | undefined;
}

export const USAGE = `npm run fuzz:api -- [--max-examples N] [--seed S] [--node ${NODE_NAMES.join('|')}] [--role ROLE]

  --max-examples  how many cases an operation in each phase (default 30)
  --seed          a whole number; the same seed draws the same cases (default: drawn, and printed)
  --node          one node (default: all)
  --role          one role (default: each that may call something)`;

/** The command line makes no sense; the message says where. */
export class UsageError extends Error {}

function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${name} wants a whole number, not ${text}`);
  return Number(text);
}

const isNodeName = (text: string): text is NodeName => NODE_NAMES.some((name) => name === text);

function nodesOf(name: string | undefined): readonly NodeName[] {
  if (name === undefined) return NODE_NAMES;
  if (isNodeName(name)) return [name];
  throw new UsageError(`--node wants one of ${NODE_NAMES.join(', ')}, not ${name}`);
}

const OPTIONS = {
  'max-examples': { type: 'string' },
  seed: { type: 'string' },
  node: { type: 'string' },
  role: { type: 'string' },
} as const;

function parse(given: string[]) {
  try {
    return parseArgs({ args: given, options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws {UsageError} */
export function readOptions(given: string[]): FuzzApiOptions {
  const { 'max-examples': examples, seed, node, role } = parse(given);
  const maxExamples = wholeNumber('max-examples', examples, 30);
  if (maxExamples < 1) throw new UsageError('--max-examples wants at least 1');
  return {
    maxExamples,
    seed: wholeNumber('seed', seed, Date.now() % 1_000_000_000),
    nodes: nodesOf(node),
    role,
  };
}
