// SPDX-License-Identifier: Apache-2.0
// `npm run offline`: devices and terminals pay without a network, then settle on a real one; ends with code 1 unless all
// came out as it must.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rollUpPayee } from '@fabric-offline-pay/operate';
import { Command, InvalidArgumentError } from 'commander';
import { CURRENCY } from '@fabric-offline-pay/testing';
import { runMain, withOpened } from '../support/run-main.js';
import { writableFile, writableFolder } from '../support/writable.js';
import { auditCampaign } from './audited.js';
import { measure, type MeasureScale } from './measure.js';
import { OfflineNetwork } from './offline-network.js';
import { reportOf, reportText, type OfflineReport } from './report.js';
import { run, type Ran, type RunScale } from './run.js';

interface Options {
  readonly devices?: number;
  readonly terminals?: number;
  readonly payments?: number;
  readonly report?: string;
  readonly proofs: string;
  readonly json?: boolean;
  readonly quick?: boolean;
}

/** Rounds of both last equally long, since each ends with a wait for its last block. */
const FULL_MEASURE: MeasureScale = {
  ...{ pairs: 6, terminals: 4, devices: 50, payments: 56 },
  ...{ noops: 768, inFlight: 256 },
};
const QUICK_MEASURE: MeasureScale = {
  ...{ pairs: 2, terminals: 4, devices: 13, payments: 15 },
  ...{ noops: 128, inFlight: 64 },
};

interface Scale extends RunScale {
  readonly measured: MeasureScale;
}

const FULL: Scale = { devices: 50, terminals: 5, payments: 1000, measured: FULL_MEASURE };
const QUICK: Scale = { devices: 6, terminals: 3, payments: 30, measured: QUICK_MEASURE };

const scaleOf = ({ quick, devices, terminals, payments }: Options): Scale => {
  const scale = quick === true ? QUICK : FULL;
  return {
    ...scale,
    ...(devices !== undefined && { devices }),
    ...(terminals !== undefined && { terminals }),
    ...(payments !== undefined && { payments }),
  };
};

const tell = (message: string): void => void process.stderr.write(`offline: ${message}\n`);

/** @throws {InvalidArgumentError} */
const atLeast =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least)
      throw new InvalidArgumentError(`a whole number from ${least}`);
    return value;
  };

/** The merchants are paid out, so that money leaves the ledger too. */
async function payOut({ network }: OfflineNetwork, shops: Ran['shops']): Promise<void> {
  const bankNode = await network.world.bank('bank-node');
  const teller = await network.world.bank('teller');
  for (const { merchantId: payeeId } of shops) {
    const payee = { payeeId, currency: CURRENCY };
    const { balance: amount } = await rollUpPayee(bankNode, payee);
    const payout = { ...payee, amount, redeemId: `payout-${payeeId}` };
    const cashier = await network.clients.client('merchant', 'cashier', payeeId);
    await network.clients.catchUp((await cashier.settlement.requestPayout(payout)).blockNumber);
    await teller.settlement.redeem(payout);
  }
}

interface Ended {
  readonly report: OfflineReport;
  readonly failures: readonly string[];
}

async function runOn(network: OfflineNetwork, options: Options): Promise<Ended> {
  const { measured: scale, ...runScale } = scaleOf(options);
  const ran = await run(network, { ...runScale, proofs: options.proofs, tell });
  const measured = await measure(network, ran.shops, scale, tell);
  await payOut(network, ran.shops);
  const { settlement } = await network.network.world.bank('auditor');
  const totals = (await settlement.totals({})).currencies;
  const { pairs, terminals, devices, payments } = scale;
  const settled = ran.terminals.flatMap((terminal) => terminal.payments).length;
  tell('auditing the ledger');
  const audit = await auditCampaign(network, settled + pairs * terminals * devices * payments);
  const report = reportOf(ran, measured, { totals, audit });
  const failures = ran.outcomes.failed.map(
    ({ name, expected, got }) => `${name}: expected ${expected}, got ${got}`,
  );
  return {
    report,
    failures: [
      ...failures,
      ...(report.money.balanced ? [] : ['money']),
      ...(audit.findings === 0 ? [] : ['audit']),
    ],
  };
}

function onNetwork(options: Options, interrupted: AbortSignal): Promise<Ended> {
  tell('starting a network');
  return withOpened(
    interrupted,
    () => OfflineNetwork.open(),
    (network) => runOn(network, options),
  );
}

async function main(options: Options, interrupted: AbortSignal): Promise<void> {
  const { report, failures } = await onNetwork(options, interrupted);
  const json = JSON.stringify(report, null, 2);
  if (options.report !== undefined) writeFileSync(options.report, `${json}\n`);
  process.stdout.write(`${options.json === true ? json : reportText(report)}\n`);
  for (const failure of failures) tell(`WRONG: ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
}

const offline = new Command('offline')
  .description('Pays without a network, settles on a real one, and measures it')
  .option('--devices <n>', "customers' devices (50)", atLeast(1))
  .option('--terminals <n>', 'terminals of two merchants (5)', atLeast(2))
  .option('--payments <n>', 'honest payments (1000), at most 64 a device', atLeast(1))
  .option('--report <file>', 'writes the report as JSON', writableFile)
  .option(
    '--proofs <folder>',
    'for the proofs of double spends',
    writableFolder,
    join('.offpay', 'fraud-proofs'),
  )
  .option('--json', 'prints the report as JSON')
  .option('--quick', 'a small run');

void runMain((interrupted) =>
  offline.action((options: Options) => main(options, interrupted)).parseAsync(),
);
