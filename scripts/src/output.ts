// SPDX-License-Identifier: Apache-2.0
// How commands answer: results on standard output, progress and failures on standard error, JSON when asked for.
import type { Command } from 'commander';

export interface CommonOptions {
  readonly home?: string;
  readonly json?: boolean;
}

interface Described {
  readonly code: string;
  readonly message: string;
  readonly remedy?: unknown;
  readonly details?: unknown;
}

/** Errors of all rooms carry a stable code; anything else is a fault of ours and keeps its stack. */
function describe(error: unknown): Described | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string')
    return undefined;
  const { remedy, advice, details } = error as Partial<
    Record<'remedy' | 'advice' | 'details', unknown>
  >;
  return { code: error.code, message: error.message, remedy: remedy ?? advice, details };
}

export const print = (text: string): void => void process.stdout.write(`${text}\n`);

export const tell = (text: string): void => void process.stderr.write(`${text}\n`);

/** Adds `--home` and `--json`. */
export const withCommonOptions = (command: Command): Command =>
  command
    .option(
      '--home <folder>',
      'folder of the network (default: $OFFPAY_HOME, else .offpay/network)',
    )
    .option('--json', 'writes the result as JSON');

/** @returns a result as JSON or as text for a person. */
export function show<Result>(
  options: CommonOptions,
  result: Result,
  asText: (result: Result) => string,
): void {
  print(options.json === true ? JSON.stringify(result, bigintAsText, 2) : asText(result));
}

const bigintAsText = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? value.toString() : value;

/** Runs a command; what fails is told with its code and what to do, and the process ends with the exit code. */
export function reportingErrors<Arguments extends unknown[]>(
  run: (...given: Arguments) => Promise<void>,
  exitCode = 1,
) {
  return async (...given: Arguments): Promise<void> => {
    try {
      await run(...given);
    } catch (error) {
      const described = describe(error);
      if (described === undefined) throw error;
      tell(`${described.code}: ${described.message}`);
      if (described.details !== undefined) tell(`  ${JSON.stringify(described.details)}`);
      if (typeof described.remedy === 'string') tell(`  ${described.remedy}`);
      process.exitCode = exitCode;
    }
  };
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
