// SPDX-License-Identifier: Apache-2.0
// The input files on the command line, and the text that says what is wrong with them.
import { join } from 'node:path';
import { inputPaths, type InputPaths, type LoadedInput } from '@fabric-offline-pay/run';
import type { Command } from 'commander';
import { WrongUseError } from './command-errors.js';
import { tell } from './output.js';

type InputName = keyof InputPaths;

export type FilesOptions = Readonly<Partial<Record<InputName, string>>> & {
  readonly sample?: boolean;
};

/** The sample's files. */
export const samplePaths = (): Required<InputPaths> =>
  inputPaths(join(__dirname, '..', '..', 'network', 'run', 'sample'));

/** Adds one option per file. */
export const withFiles = (command: Command): Command =>
  command
    .option('--merchants <file>', 'merchants with licences')
    .option('--goods <file>', 'catalogues')
    .option('--couriers <file>', 'couriers with tariffs and areas')
    .option('--customers <file>', 'customers (personal data; only the bank gets it)')
    .option('--orders <file>', 'what customers order')
    .option('--merchant-orders <file>', "the merchants' own order records")
    .option('--waybills <file>', "the logistics companies' own waybills")
    .option('--offline-payments <file>', 'payments without a network')
    .option('--sample', "uses the sample's file for each file that is not named");

const isInputName = (name: string): name is InputName => Object.hasOwn(samplePaths(), name);

/**
 * @returns the paths of the named files, or with `--sample` of all files.
 * @throws {WrongUseError} when no file is named
 */
export function pathsOf({ sample, ...options }: FilesOptions): InputPaths {
  const named = Object.fromEntries(Object.entries(options).filter(([name]) => isInputName(name)));
  if (sample === true) return { ...samplePaths(), ...named };
  if (Object.keys(named).length === 0)
    throw new WrongUseError('No file was named. Give --orders FILE or other files, or --sample.');
  return named;
}

type Problems = LoadedInput['problems'];

/** Nobody reads more problems of one file at once. After correcting these, a user sees the rest. */
const MOST_TOLD = 50;

const problemText = ({ file, line, field, code, message, remedy }: Problems[number]): string =>
  `${file}:${line.toString()}: ${field === '' ? '' : `${field}: `}${code}: ${message} ${remedy}`;

/** The last one may say why the file was not read on. */
function linesOfFile(file: string, problems: Problems): string[] {
  if (problems.length <= MOST_TOLD) return problems.map(problemText);
  const left = problems.length - MOST_TOLD;
  return [
    ...problems.slice(0, MOST_TOLD - 1).map(problemText),
    `${file}: ${left.toString()} more (offpay check --json has all)`,
    ...problems.slice(-1).map(problemText),
  ];
}

/** @returns one line per problem: the first ones of each file, how many more there are, and the last one. */
export function problemLines(problems: Problems): string[] {
  const files = new Set(problems.map(({ file }) => file));
  return [...files].flatMap((name) =>
    linesOfFile(
      name,
      problems.filter(({ file }) => file === name),
    ),
  );
}

export function tellProblems(problems: Problems): void {
  for (const line of problemLines(problems)) tell(line);
}
