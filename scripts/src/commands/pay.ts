// SPDX-License-Identifier: Apache-2.0
// `offpay pay`: runs files of orders through the pipeline of a running network.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bankClient,
  bootstrapLedger,
  Clients,
  codeOnPhone,
  pay,
  reportLines,
  startBankService,
  ensureUsable,
  loadInput,
  type InputPaths,
  type LoadedInput,
  type PayMode,
  type PayOptions,
  type PayReport,
} from '@fabric-offline-pay/network';
import { Command, Option } from 'commander';
import { homeOf } from '../home';
import { pathsOf, tellProblems, withFiles, type FilesOptions } from '../input-files';
import { resumable } from '../interrupt';
import {
  print,
  reportingErrors,
  show,
  tell,
  withCommonOptions,
  type CommonOptions,
} from '../output';
import { ensureReportWritable, writeReport } from '../report-file';

export interface RunOptions extends CommonOptions {
  readonly report?: string;
  readonly mode: PayMode;
}

/** The sample's codes live shorter than its slowest customer takes to type one. */
export const SAMPLE_CODE_SECONDS = 15;

/** On a terminal one line that changes; elsewhere a line for every tenth order. */
function progress(): NonNullable<PayOptions['onProgress']> {
  const counts = new Map<string, number>();
  return (done, total, { state }) => {
    counts.set(state, (counts.get(state) ?? 0) + 1);
    const states = [...counts].map(([name, count]) => `${name} ${count.toString()}`).join(', ');
    const line = `orders       ${done.toString().padStart(total.toString().length)}/${total.toString()}  ${states}`;
    if (process.stderr.isTTY)
      process.stderr.write(`\r${line}\u001b[K${done === total ? '\n' : ''}`);
    else if (done % 10 === 0 || done === total) tell(line);
  };
}

/**
 * Reads what is to be run, and tells what is wrong with it, before anything is done.
 * @throws {NetworkError} INPUT_UNUSABLE
 * @throws {FileError} FILE_UNWRITABLE for the report
 */
export function readRun(paths: InputPaths, { report }: RunOptions): LoadedInput {
  ensureReportWritable(report);
  const input = loadInput(paths);
  tellProblems(input.problems);
  ensureUsable(input);
  return input;
}

/** Runs files on the network in a home folder, whose bank's authentication must run. */
export async function runFiles(
  home: string,
  input: LoadedInput,
  options: RunOptions,
): Promise<PayReport> {
  const clients = new Clients(home);
  try {
    await bootstrapLedger(clients);
    const report = await pay({
      clients,
      side: {
        bank: bankClient(home, 'customer-channel'),
        codeOnPhone: (phone, loginId, boundTo) => codeOnPhone(home, phone, loginId, boundTo),
      },
      staff: {
        teller: bankClient(home, 'teller'),
        node: bankClient(home, 'bank-node'),
        operator: bankClient(home, 'operator'),
      },
      input,
      folder: join(home, 'pay'),
      mode: options.mode,
      onProgress: progress(),
      onStage: (message) => tell(`pay          ${message}`),
    });
    writeReport(options.report, report);
    return report;
  } finally {
    await clients.close();
  }
}

export const modeOption = (): Option =>
  new Option(
    '--mode <mode>',
    'stepwise: a transaction a unit; express: three an order; mixed: both in turn',
  )
    .choices(['stepwise', 'express', 'mixed'])
    .default('mixed');

export const payCommand = (): Command =>
  withFiles(withCommonOptions(new Command('pay')))
    .option('--report <file>', 'writes the report as JSON')
    .addOption(modeOption())
    .action(
      reportingErrors(async (options: FilesOptions & RunOptions) => {
        const home = homeOf(options);
        const input = readRun(pathsOf(options), options);
        await resumable(async () => {
          await startBankService(home, bankOptionsOf(home));
          const report = await runFiles(home, input, options);
          show(options, report, (result) => reportLines(result).join('\n'));
        });
      }),
    );

/** The bank keeps the settings that it was started with. */
function bankOptionsOf(home: string): { codeSeconds?: number } {
  try {
    const { limits } = JSON.parse(readFileSync(join(home, 'bank', 'config.json'), 'utf8')) as {
      limits?: { codeSeconds?: number };
    };
    return limits?.codeSeconds === undefined ? {} : { codeSeconds: limits.codeSeconds };
  } catch {
    return {};
  }
}

export const printReport = (report: PayReport): void => {
  for (const line of reportLines(report)) print(line);
};
