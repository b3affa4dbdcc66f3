// SPDX-License-Identifier: Apache-2.0
// `offpay pay`: runs files of orders through the pipeline of a running network.
import { join } from 'node:path';
import { asOnlyRun, bootstrapLedger, Clients, readDescription } from '@fabric-offline-pay/operate';
import {
  bankClient,
  checkInput,
  codeOnPhone,
  ensureUsable,
  type InputPaths,
  OfflineBank,
  pay,
  type PayMode,
  type PayOptions,
  type PayReport,
  readInput,
  type ReadInput,
  readBankOptions,
  reportLines,
  type NodeCallers,
  openNodeClients,
  organisationsOverNodes,
  standInsDesk,
  startNodes,
} from '@fabric-offline-pay/run';
import { OrderWatch, Statistics } from '@fabric-offline-pay/sdk';
import { Command, Option } from 'commander';
import { EXIT } from '../exit-codes.js';
import { homeOf } from '../home.js';
import { pathsOf, tellProblems, withFiles, type FilesOptions } from '../input-files.js';
import { runResumable } from '../interrupt.js';
import {
  print,
  reportingErrors,
  show,
  tell,
  withCommonOptions,
  type CommonOptions,
} from '../output.js';
import { ensureReportWritable, writeReport } from '../report-file.js';

export interface RunOptions extends CommonOptions {
  readonly report?: string;
  readonly mode: PayMode;
  readonly again?: boolean;
}

/** The codes of the sample expire before its slowest customer has typed one. */
export const SAMPLE_CODE_SECONDS = 15;

/** On a terminal, one line that changes; elsewhere, a line for every tenth order. */
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
 * Reads the files, and checks that the report can be written, before it uses the network.
 * @throws {NetworkError} INPUT_UNUSABLE, after it has shown every fault
 * @throws {FileError} FILE_UNWRITABLE
 */
export function readRun(paths: InputPaths, { report }: Pick<RunOptions, 'report'>): ReadInput {
  ensureReportWritable(report, paths);
  const files = readInput(paths);
  if (files.unusable.length > 0) tellProblems(checkInput(files).problems);
  ensureUsable(files);
  return files;
}

/** Records that were not named are taken from the orders. The reader of the report must know that. */
function tellAssumed({ orders, merchantOrders, waybills }: InputPaths): void {
  if (orders === undefined) return;
  const missing = [
    ...(merchantOrders === undefined ? ["the merchants' (--merchant-orders)"] : []),
    ...(waybills === undefined ? ["the logistics company's (--waybills)"] : []),
  ];
  if (missing.length > 0)
    tell(
      `pay          records that are not named are taken from the orders: ${missing.join(', ')}`,
    );
}

/** Runs files on the network in a home folder. The bank's authentication must be running. */
export async function runFiles(
  home: string,
  files: ReadInput,
  options: RunOptions,
): Promise<PayReport> {
  tellAssumed(files.paths);
  const statistics = new Statistics();
  const clients = new Clients(home, { statistics });
  const nodes = openNodeClients(home);
  const channel = bankClient(home, 'customer-channel');
  const auditor = await clients.connection('bank', 'auditor');
  const watch = new OrderWatch(auditor, auditor.client);
  try {
    await bootstrapLedger(clients);
    return await pay({
      clients,
      organisations: organisationsOverNodes({ clients, nodes, watch, statistics }),
      offlineBank: () => OfflineBank.open(clients),
      side: {
        bank: channel,
        codeOnPhone: (phone, awaited) => codeOnPhone(home, phone, awaited),
      },
      staff: {
        teller: nodes.teller,
        node: bankClient(home, 'bank-node'),
        operator: nodes.operator,
        closing: nodes.operator,
      },
      outside: readBankOptions(home)?.hasStandIns === true ? standInsDesk(home) : undefined,
      records: channel,
      files,
      folder: join(home, 'pay'),
      mode: options.mode,
      again: options.again ?? false,
      onProgress: progress(),
      onStage: (message) => tell(`pay          ${message}`),
      onProblems: tellProblems,
      onFault: (error) => tell(error instanceof Error ? (error.stack ?? error.message) : 'fault'),
    });
  } finally {
    await watch.close();
    await nodes.close();
    await clients.close();
  }
}

const distinct = (ids: readonly string[]): readonly string[] => [...new Set(ids)];

/** Who calls the nodes for the files. */
export const callersIn = ({ tables: { merchants, couriers } }: ReadInput): NodeCallers => ({
  merchantIds: distinct(merchants.rows.map(({ merchantId }) => merchantId)),
  courierIds: distinct(couriers.rows.map(({ courierId }) => courierId)),
});

export const modeOption = (): Option =>
  new Option(
    '--mode <mode>',
    'stepwise: one transaction per unit; express: three per order; mixed: both in turn',
  )
    .choices(['stepwise', 'express', 'mixed'])
    .default('mixed');

/** When some rows can continue in a next run, the run can continue too. Else the code says whether every row is done. */
function exitCodeOfRun({ files }: PayReport): number {
  const reports = Object.values(files);
  if (reports.some(({ unfinished }) => unfinished > 0)) return EXIT.notReachable;
  return reports.some(({ refused, failed, leftOut }) => refused + failed + leftOut > 0)
    ? EXIT.refused
    : EXIT.done;
}

async function run(options: FilesOptions & RunOptions): Promise<void> {
  const files = readRun(pathsOf(options), options);
  const home = homeOf(options);
  // Fails now when there is no network, because the lock would leave a folder.
  readDescription(home);
  await asOnlyRun(home, () =>
    runResumable(async () => {
      await startNodes(home, callersIn(files), readBankOptions(home));
      const report = await runFiles(home, files, options);
      show(options, report, (result) => reportLines(result).join('\n'));
      process.exitCode = exitCodeOfRun(report);
      writeReport(options.report, report);
    }),
  );
}

export const payCommand = (): Command =>
  withFiles(withCommonOptions(new Command('pay')))
    .option('--report <file>', 'writes the report as JSON to this file')
    .option('--again', 'runs rows again that a rule refused, even if no file changed')
    .addOption(modeOption())
    .action(reportingErrors(run));

export const printReport = (report: PayReport): void => {
  for (const line of reportLines(report)) print(line);
};
