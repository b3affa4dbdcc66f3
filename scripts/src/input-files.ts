// SPDX-License-Identifier: Apache-2.0
// The files of bank, merchants, logistics company and customers on the command line, and how a person is told what is wrong with them.
import { join } from 'node:path';
import { inputPaths, type InputPaths, type LoadedInput } from '@fabric-offline-pay/run';
import type { Command } from 'commander';
import { WrongUseError } from './command-errors.js';
import { tell } from './output.js';

type InputName = keyof InputPaths;

export type FilesOptions = Readonly<Partial<Record<InputName, string>>> & {
  readonly sample?: boolean;
};

/** The customary files of the repository's sample. */
export const samplePaths = (): Required<InputPaths> =>
  inputPaths(join(__dirname, '..', '..', 'network', 'run', 'sample'));

/** Adds an option a file. */
export const withFiles = (command: Command): Command =>
  command
    .option('--merchants <file>', 'merchants with licences')
    .option('--goods <file>', 'catalogues')
    .option('--couriers <file>', 'couriers with tariffs and areas')
    .option('--customers <file>', 'customers (personal data: goes to the bank only)')
    .option('--orders <file>', 'what customers do')
    .option('--merchant-orders <file>', "the merchants' own order records")
    .option('--waybills <file>', "the logistics companies' own waybills")
    .option('--offline-payments <file>', 'payments without a network')
    .option('--sample', "takes the sample's file in the place of each that is not named");

const isInputName = (name: string): name is InputName => Object.hasOwn(samplePaths(), name);

/**
 * @returns where the files are that were named: by their options, or with `--sample` all of them.
 * @throws {WrongUseError} when none is
 */
export function pathsOf({ sample, ...options }: FilesOptions): InputPaths {
  const named = Object.fromEntries(Object.entries(options).filter(([name]) => isInputName(name)));
  if (sample === true) return { ...samplePaths(), ...named };
  if (Object.keys(named).length === 0)
    throw new WrongUseError('No file was named: give --orders FILE or others, or --sample.');
  return named;
}

type Problems = LoadedInput['problems'];

/** Nobody reads more of one file at once: whoever corrects these finds out what is left. */
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

/** @returns a line a problem: the first ones of each file, how many more there are, and the last one */
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
