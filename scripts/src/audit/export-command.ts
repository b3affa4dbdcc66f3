// SPDX-License-Identifier: Apache-2.0
// `offpay audit export`: an audit's tables as files for other programs, written as they are read.
import { createWriteStream, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  csvOf,
  EXPORTED,
  EXPORTED_NAMES,
  exportedRows,
  jsonLinesOf,
  type AuditorDatabase,
  type ExportedName,
} from '@fabric-offline-pay/auditor-node';
import { Command, Option } from 'commander';
import { FileError } from '../command-errors.js';
import { reportingErrors, show, withCommonOptions, type CommonOptions } from '../output.js';
import { withDatabase } from './reader.js';

const FORMATS = { csv: csvOf, jsonl: jsonLinesOf } as const;

interface ExportOptions extends CommonOptions {
  readonly database: string;
  readonly format: keyof typeof FORMATS;
  readonly table: ExportedName | 'all';
}

interface Written {
  readonly file: string;
  readonly table: ExportedName;
}

async function write(
  db: AuditorDatabase,
  table: ExportedName,
  format: ExportOptions['format'],
  folder: string,
): Promise<Written> {
  const file = join(folder, `${table}.${format}`);
  try {
    await pipeline(FORMATS[format](table, exportedRows(db, table)), createWriteStream(file));
  } catch (error) {
    if (error instanceof Error && 'syscall' in error)
      throw new FileError('FILE_UNWRITABLE', file, error);
    throw error;
  }
  return { file, table };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new FileError('FILE_UNUSABLE', folder, error);
  }
}

async function run(into: string, options: ExportOptions): Promise<void> {
  const { database, format, table } = options;
  const folder = resolve(into);
  const written = await withDatabase(database, async (db) => {
    makeFolder(folder);
    const files: Written[] = [];
    for (const name of table === 'all' ? EXPORTED_NAMES : [table])
      files.push(await write(db, name, format, folder));
    return files;
  });
  show(options, written, (files) =>
    files.map((each) => `${each.file}: ${EXPORTED[each.table].says}`).join('\n'),
  );
}

export const exportCommand = (): Command =>
  withCommonOptions(new Command('export').description('the tables of an earlier audit, as files'))
    .argument('<folder>', 'where the files go')
    .requiredOption('--database <folder>', 'the tables of an earlier audit')
    .addOption(
      new Option('--format <format>', 'of the files').choices(Object.keys(FORMATS)).default('csv'),
    )
    .addOption(
      new Option('--table <name>', 'which table')
        .choices(['all', ...EXPORTED_NAMES])
        .default('all'),
    )
    .action(reportingErrors(run));
