// SPDX-License-Identifier: Apache-2.0
// Prints what commands answer: results to standard output, progress and failures to standard error, as JSON when asked.
import type { Command } from 'commander';
import { asFileError } from './command-errors.js';
import { exitCodeOf } from './exit-codes.js';

export interface CommonOptions {
  readonly home?: string;
  readonly json?: boolean;
}

interface Described {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string | undefined;
  readonly details?: unknown;
}

/** Read directly from the arguments, so that an error in the arguments is shown as JSON too. */
let errorsAsJson = false;

export const tellErrorsAsJson = (isJson: boolean): void => {
  errorsAsJson = isJson;
};

/** Errors of all rooms carry a stable code. Any other error is our fault and is shown with its stack. */
function describeError(thrown: unknown): Described | undefined {
  const error = asFileError(thrown);
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string')
    return undefined;
  const { remedy, advice, details } = error as Partial<
    Record<'remedy' | 'advice' | 'details', unknown>
  >;
  const todo = remedy ?? advice;
  const { code, message } = error;
  return { code, message, details, ...(typeof todo === 'string' && { remedy: todo }) };
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

/** Writes an error to standard error: one line of JSON where the result would be JSON, else text. */
function tellError({ code, message, remedy, details }: Described): void {
  if (errorsAsJson) {
    tell(JSON.stringify({ code, message, remedy, details }, bigintAsText));
    return;
  }
  tell(`${code}: ${message}`);
  const told = JSON.stringify(details ?? {}, bigintAsText);
  if (told !== '{}') tell(`  ${told}`);
  if (remedy !== undefined) tell(`  ${remedy}`);
}

/** Shows this error, and sets the exit code of the process that belongs to it. */
export function endWith(error: Described): void {
  tellError(error);
  process.exitCode = exitCodeOf(error.code);
}

/** Runs a command. Shows a failure with its code and what to do, and sets the exit code. */
export function reportingErrors<Arguments extends unknown[]>(
  run: (...given: Arguments) => void | Promise<void>,
) {
  return async (...given: Arguments): Promise<void> => {
    try {
      await run(...given);
    } catch (error) {
      const described = describeError(error);
      if (described === undefined) throw error;
      endWith(described);
    }
  };
}

/** A table with columns as wide as their widest cell. */
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
