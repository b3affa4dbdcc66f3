// SPDX-License-Identifier: Apache-2.0
// `npm start` and `npm stop`: the network, the bank's authentication, and the sample's orders.
import { join } from 'node:path';
import {
  Clients,
  defaultHome,
  downNetwork,
  ensureStartable,
  type NetworkDescription,
  networkStatus,
  type PortChoice,
  type ProgressEvent,
  readDescription,
  resetNetwork,
  upNetwork,
  asOnlyRun,
} from '@fabric-offline-pay/operate';
import {
  type PayReport,
  SAMPLE_PASSPHRASE,
  startBulletinService,
  startNodes,
} from '@fabric-offline-pay/run';
import { Command } from 'commander';
import { homeOf } from '../home.js';
import { samplePaths } from '../input-files.js';
import { runResumable } from '../interrupt.js';
import { basePortOption, portsOf } from '../base-port.js';
import { print, reportingErrors, tell, withCommonOptions, type CommonOptions } from '../output.js';
import {
  callersIn,
  modeOption,
  printReport,
  readRun,
  runFiles,
  SAMPLE_CODE_SECONDS,
  type RunOptions,
} from './pay.js';
import { writeReport } from '../report-file.js';
import { readTrail, trailText } from './trail.js';
import { shellWord } from '../shell-word.js';

interface StartOptions extends RunOptions {
  readonly keep?: boolean;
  readonly basePort?: PortChoice;
}

const tellStage = ({ stage, message }: ProgressEvent): void =>
  tell(`${stage.padEnd(12)} ${message}`);

/** One completed order, to show what is on the ledger. */
async function printTrail(home: string, report: PayReport): Promise<void> {
  const order = report.outcomes.find((outcome) => outcome.state === 'released');
  if (order === undefined) return;
  const clients = new Clients(home);
  try {
    print('');
    const { merchantId, orderNumber } = order;
    print(trailText(await readTrail(clients, { merchantId, orderNumber })));
  } finally {
    await clients.close();
  }
}

function printWhere({ home, organisations }: NetworkDescription): void {
  print('');
  print('Where everything is');
  for (const { id, peer, ca } of organisations)
    print(`  ${id.padEnd(10)} peer ${peer.endpoint}   CA ${ca.endpoint}`);
  print(`  data, certificates, logs: ${home}`);
  print(`  hosts and message centre, which stand in for the bank's: ${join(home, 'stand-ins')}`);
  const offline = join(home, 'pay', 'offline');
  print(`  offline payments: QR codes, devices, terminals, fraud proofs: ${offline}`);
  const device = shellWord(join(offline, 'devices', 'customer-13'));
  print(`  OFFPAY_PASSPHRASE=${SAMPLE_PASSPHRASE} npx offpay device show --device ${device}`);
  const there = home === defaultHome() ? '' : ` --home ${shellWord(home)}`;
  print(
    `  npx offpay trail MERCHANT/ORDER${there}; also balance, alarms, resolve, network status, stop`,
  );
  print('  npx offpay --help: any transaction or query by hand');
}

/** Checks everything that can fail before it ends the old network and wipes its ledger. */
async function start(options: StartOptions): Promise<void> {
  const home = homeOf(options);
  await asOnlyRun(home, async () => {
    const files = readRun(samplePaths(), options);
    const keep = options.keep === true;
    await ensureStartable({ home, keep, ...portsOf(options), withProgress: tellStage });
    await runResumable(async () => {
      if (!keep) await resetNetwork({ home, withProgress: tellStage });
      await upNetwork({ home, ...portsOf(options), withProgress: tellStage });
      tell("services     starting the organisations' nodes");
      await startNodes(home, callersIn(files), {
        codeSeconds: SAMPLE_CODE_SECONDS,
        hasStandIns: true,
      });
      const report = await runFiles(home, files, options);
      tell("services     keeping the bank's bulletin fresh");
      await startBulletinService(home);
      await printStarted(home, report, options);
      writeReport(options.report, report);
    });
  });
}

async function printStarted(
  home: string,
  report: PayReport,
  { json }: StartOptions,
): Promise<void> {
  if (json === true) {
    print(JSON.stringify(report, null, 2));
    return;
  }
  printReport(report);
  await printTrail(home, report);
  printWhere(readDescription(home));
}

export const startCommand = (): Command =>
  withCommonOptions(new Command('start'))
    .option('--keep', 'keeps the ledger of the last start instead of making a fresh one')
    .addOption(basePortOption())
    .option('--report <file>', 'writes the report as JSON to this file')
    .addOption(modeOption())
    .action(reportingErrors(start));

export const stopCommand = (): Command =>
  withCommonOptions(new Command('stop')).action(
    reportingErrors(async (options: CommonOptions) => {
      const home = homeOf(options);
      await downNetwork({ home, withProgress: tellStage });
      const running = networkStatus(home).nodes.filter((node) => node.pid !== undefined);
      for (const { name } of running) tell(`${name} still runs`);
    }),
  );
