// SPDX-License-Identifier: Apache-2.0
// `offpay check`: shows every fault in the files before anything is sent. Needs no network.
import { type InputPaths, type LoadedInput, loadInput } from '@fabric-offline-pay/run';
import { Command } from 'commander';
import { EXIT } from '../exit-codes.js';
import { pathsOf, problemLines, withFiles, type FilesOptions } from '../input-files.js';
import { reportingErrors, show, table } from '../output.js';

interface CheckedFile {
  readonly name: keyof InputPaths;
  readonly file: string;
  /** Rows that can be run. */
  readonly rows: number;
  /** Each row that is left out has at least one problem. */
  readonly problems: number;
  /** False when the file could not be read to its end. Then no file is run. */
  readonly usable: boolean;
}

interface Checked {
  readonly files: readonly CheckedFile[];
  readonly problems: LoadedInput['problems'];
}

function checkFiles(paths: InputPaths): Checked {
  const input = loadInput(paths);
  const { problems, unusable } = input;
  const names = Object.keys(paths) as (keyof InputPaths)[];
  const files = names.flatMap((name) => {
    const file = paths[name];
    if (file === undefined) return [];
    const count = problems.filter((problem) => problem.file === file).length;
    const usable = !unusable.includes(file);
    return [{ name, file, rows: input[name].length, problems: count, usable }];
  });
  return { files, problems };
}

const checkedText = ({ files, problems }: Checked): string =>
  [
    ...problemLines(problems),
    table([
      ['file', 'rows', 'problems', ''],
      ...files.map(({ file, rows, problems: count, usable }) => [
        file,
        rows.toString(),
        count.toString(),
        usable ? '' : 'cannot be used: no file is run',
      ]),
    ]),
  ].join('\n');

function exitCode({ files, problems }: Checked): number {
  if (files.some(({ usable }) => !usable)) return EXIT.wrongUse;
  return problems.length > 0 ? EXIT.refused : EXIT.done;
}

export const checkCommand = (): Command =>
  withFiles(new Command('check'))
    .option('--json', 'writes the result as JSON')
    .action(
      reportingErrors((options: FilesOptions & { readonly json?: boolean }) => {
        const result = checkFiles(pathsOf(options));
        show(options, result, checkedText);
        process.exitCode = exitCode(result);
      }),
    );
