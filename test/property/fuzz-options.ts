// SPDX-License-Identifier: Apache-2.0
// What the fuzz command was asked for.
import { parseArgs } from 'node:util';
import { FAMILY_NAMES, isFamilyName, type FamilyName } from './families.js';

export interface FuzzOptions {
  readonly runs: number;
  readonly seed: number;
  readonly families: readonly FamilyName[];
  /** Of a failure that is run again: `12:3:0`. */
  readonly path: string | undefined;
  readonly report: string | undefined;
  readonly json: boolean;
}

export const USAGE = `npm run fuzz -- [--runs N] [--seed S] [--only ${FAMILY_NAMES.join('|')}] [--path P] [--report FILE] [--json]

  --runs    how many runs, spread over the families (default 10000)
  --seed    a whole number; the same seed draws the same runs (default: drawn, and printed)
  --only    one family
  --path    with --only and --seed: the one run that a failure printed
  --report  writes the result to a file, as JSON
  --json    writes the result to standard output, as JSON`;

/** The command line makes no sense; the message says where. */
export class UsageError extends Error {}

function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!/^-?\d{1,10}$/.test(text) || !Number.isSafeInteger(number))
    throw new UsageError(`--${name} wants a whole number, not ${text}`);
  return number;
}

function familiesOf(only: string | undefined): readonly FamilyName[] {
  if (only === undefined) return FAMILY_NAMES;
  if (isFamilyName(only)) return [only];
  throw new UsageError(`--only wants one of ${FAMILY_NAMES.join(', ')}, not ${only}`);
}

const OPTIONS = {
  runs: { type: 'string' },
  seed: { type: 'string' },
  only: { type: 'string' },
  path: { type: 'string' },
  report: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

function parse(given: string[]) {
  try {
    return parseArgs({ args: given, options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws {UsageError} */
export function readOptions(given: string[]): FuzzOptions {
  const { runs, seed, only, path, report, json } = parse(given);
  if (path !== undefined && (only === undefined || seed === undefined))
    throw new UsageError('--path wants --only and --seed beside it');
  const wanted = wholeNumber('runs', runs, 10_000);
  if (wanted < 1) throw new UsageError('--runs wants at least 1');
  return {
    runs: wanted,
    seed: wholeNumber('seed', seed, Date.now() % 2 ** 31),
    families: familiesOf(only),
    path,
    report,
    json,
  };
}
