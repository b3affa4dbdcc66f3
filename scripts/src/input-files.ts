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

/** @returns a line a problem, with the first ones of each file and how many more there are. */
export function problemLines(problems: Problems): string[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return files.flatMap((name) => {
    const all = problems.filter(({ file }) => file === name);
    const left = all.length - MOST_TOLD;
    const more = left > 0 ? [`${name}: ${left.toString()} more (offpay check --json has all)`] : [];
    return [...all.slice(0, MOST_TOLD).map(problemText), ...more];
  });
}

export function tellProblems(problems: Problems): void {
  for (const line of problemLines(problems)) tell(line);
}
