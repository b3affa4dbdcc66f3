// SPDX-License-Identifier: Apache-2.0
// `npm run network -- …`: starts and stops the network and its nodes.
import { wholeNumber } from '@fabric-offline-pay/node-common';
import {
  downNetwork,
  ensureStartable,
  foundNetwork,
  type NetworkDescription,
  networkLogs,
  type PortChoice,
  type ProgressEvent,
  resetNetwork,
  restartNode,
  upNetwork,
  asOnlyRun,
} from '@fabric-offline-pay/operate';
import {
  type AskedNode,
  type AskedStatus,
  askNodes,
  restartServices,
} from '@fabric-offline-pay/run';
import { Command, InvalidArgumentError } from 'commander';
import { basePortOption, portsOf } from './base-port.js';
import { EXIT } from './exit-codes.js';
import { print, reportingErrors, show, withCommonOptions, type CommonOptions } from './output.js';

interface UpOptions extends CommonOptions {
  readonly basePort?: PortChoice;
  readonly chaincode?: string;
}

/** The `network` command with its subcommands. Results go to standard output, progress to standard error. */
export function networkCommand(): Command {
  const network = new Command('network');
  subcommand(network, 'up', 'starts what is not running, and deploys the chaincode if it changed')
    .addOption(basePortOption())
    .option('--chaincode <folder>', "package folder of another chaincode than the repository's")
    .action(reportingErrors(up));
  subcommand(network, 'down', 'ends all processes and keeps the data').action(
    reportingErrors(down),
  );
  subcommand(network, 'reset', 'ends all processes and wipes the data').action(
    reportingErrors(reset),
  );
  subcommand(network, 'status', 'asks every node, and shows which of them run').action(
    reportingErrors(status),
  );
  subcommand(network, 'logs [node]', "shows the end of a node's log, the supervisor's by default")
    .option('--lines <count>', 'how many lines', parseCount, 100)
    .action(
      reportingErrors((node: string | undefined, options: CommonOptions & { lines: number }) => {
        print(networkLogs(options.home, node ?? 'supervisor', options.lines));
      }),
    );
  subcommand(network, 'restart <node>', 'ends a node and starts it again').action(
    reportingErrors(async (node: string, options: CommonOptions) => {
      await restartNode(options.home, node);
      show(options, { restarted: node }, () => `${node} runs again`);
    }),
  );
  return network;
}

const subcommand = (parent: Command, usage: string, description: string): Command =>
  withCommonOptions(parent.command(usage).description(description));

async function up(options: UpOptions): Promise<void> {
  const description = await asOnlyRun(options.home, () => upAndFound(options));
  show(options, description, descriptionText);
}

async function upAndFound(options: UpOptions): Promise<NetworkDescription> {
  const wanted = {
    ...homeOption(options),
    ...portsOf(options),
    ...(options.chaincode === undefined ? {} : { chaincodeDirectory: options.chaincode }),
    withProgress: printProgress,
  };
  await ensureStartable({ ...wanted, keep: true });
  const description = await upNetwork(wanted);
  // Another chaincode may have no registry to found.
  if (options.chaincode === undefined) {
    printProgress({ stage: 'ledger', message: 'every operator confirms who takes part' });
    await foundNetwork(description.home);
    await restartServices(description.home, (name) =>
      printProgress({ stage: 'services', message: `starting ${name} again` }),
    );
  }
  return description;
}

async function down(options: CommonOptions): Promise<void> {
  await downNetwork({ ...homeOption(options), withProgress: printProgress });
  show(options, { down: true }, () => 'the network is down, its data is kept');
}

async function reset(options: CommonOptions): Promise<void> {
  await asOnlyRun(options.home, () =>
    resetNetwork({ ...homeOption(options), withProgress: printProgress }),
  );
  show(options, { reset: true }, () => 'the network is gone');
}

async function status(options: CommonOptions): Promise<void> {
  const asked = await askNodes(options.home);
  show(options, asked, tabulate);
  if (!asked.isUp) process.exitCode = asked.nodes.length === 0 ? EXIT.notReachable : EXIT.refused;
}

function homeOption({ home }: CommonOptions): { home?: string } {
  return home === undefined ? {} : { home };
}

function printProgress({ stage, message }: ProgressEvent): void {
  process.stderr.write(`${stage.padEnd(12)} ${message}\n`);
}

function descriptionText({ home, channel, chaincode, organisations }: NetworkDescription): string {
  return [
    `${home}/network.json says how to reach it`,
    `channel ${channel}, chaincode ${chaincode.name} ${chaincode.version}, sequence ${chaincode.sequence}`,
    ...organisations.map(
      ({ name, peer, ca }) => `${name}: peer ${peer.endpoint}, CA ${ca.endpoint}`,
    ),
  ].join('\n');
}

function tabulate({ home, isUp, supervisor, nodes }: AskedStatus): string {
  const held = supervisor.held ? ', held (SIGSTOP)' : '';
  const supervised =
    supervisor.pid === undefined ? 'no supervisor' : `supervisor ${supervisor.pid}${held}`;
  return [
    `${home}: ${isUp ? 'up' : nodes.length === 0 ? 'down' : 'not all up'}, ${supervised}`,
    ...nodes.map(tabulateNode),
  ].join('\n');
}

function tabulateNode({ name, state, answer, pid, restarts, memory }: AskedNode): string {
  const size = memory === undefined ? '' : `${Math.round(memory / 1_000_000)} MB`;
  const cells = [name.padEnd(24), state.padEnd(13), String(pid ?? '-').padEnd(8), size.padEnd(8)];
  return [...cells, `${restarts} restarts`, answer.text].join(' ');
}

function parseCount(text: string): number {
  const count = wholeNumber(text, { least: 0, most: 999_999 });
  if (count === undefined) throw new InvalidArgumentError('a whole number from 0 to 999999');
  return count;
}
