// SPDX-License-Identifier: Apache-2.0
// The commands of `npx offpay`, in the order in which a newcomer needs them. A command is loaded only when it is called, so that
// `--help` loads none of them, and each command only itself.
import type { Command } from 'commander';
import { kebab } from './by-hand/names.js';
import type { ProgramFor } from './commands/completion.js';

export interface CommandEntry {
  readonly name: string;
  readonly alias?: string;
  readonly group: string;
  readonly description: string;
  /** @param programFor the whole command line, for a command that needs the others. */
  readonly load: (programFor: ProgramFor) => Promise<Command>;
}

type Loaded = Pick<CommandEntry, 'name' | 'description' | 'load'>;

const group = (title: string, entries: readonly Loaded[]): CommandEntry[] =>
  entries.map((entry) => ({ ...entry, group: title }));

/** Contracts of the domain's table, in its order, with their subjects. */
const CONTRACTS: Readonly<Record<string, string>> = {
  identity: 'participants, customers, logins, reputation: units 1 2 3 4 5 6 7',
  goods: 'catalogues and orders of goods: units 8 9 10 12',
  logistics: 'couriers, assignment, delivery: units 11 1101 1102 1103 1104',
  orderNumber: "the three parties' order numbers: units 13",
  settlement: 'money, captures, refunds, disputes, payouts: units 14',
  alarm: 'alarms that block the bank node: units 15 16',
  feedback: 'ratings: units 17 18',
  offline: 'payments without a network: units 8 9 10 12 15',
  express: 'several units at once: units 8 9 10 11 12 13 14 15 16 17 1101 1102 1103 1104',
};

const byHand = (): Loaded[] =>
  Object.entries(CONTRACTS).map(([contract, description]) => ({
    name: kebab(contract),
    ...(kebab(contract) === contract ? {} : { alias: contract }),
    description,
    load: async () => (await import('./by-hand/commands.js')).contractCommand(contract),
  }));

export const COMMANDS: readonly CommandEntry[] = [
  ...group('The main job:', [
    {
      name: 'start',
      description: 'starts network and bank, runs the sample, and leaves everything running',
      load: async () => (await import('./commands/start.js')).startCommand(),
    },
    {
      name: 'pay',
      description: 'runs files of orders through the pipeline',
      load: async () => (await import('./commands/pay.js')).payCommand(),
    },
    {
      name: 'check',
      description:
        'shows every fault in the files and sends nothing; exit code 1 when rows are left out, 2 when a file cannot be used',
      load: async () => (await import('./commands/check.js')).checkCommand(),
    },
    {
      name: 'stop',
      description: 'ends everything that start started, and keeps the data',
      load: async () => (await import('./commands/start.js')).stopCommand(),
    },
  ]),
  ...group('Read and decide:', [
    {
      name: 'trail',
      description: 'shows every receipt of one order: unit, organisation, transaction, block',
      load: async () => (await import('./commands/trail.js')).trailCommand(),
    },
    {
      name: 'balance',
      description: "shows the money on the ledger: all, a customer's, or a payee's",
      load: async () => (await import('./commands/balance.js')).balanceCommand(),
    },
    {
      name: 'alarms',
      description: 'lists open alarms; each blocks the money of its order',
      load: async () => (await import('./commands/alarms.js')).alarmsCommand(),
    },
    {
      name: 'resolve',
      description:
        "decides an order's alarm: the order goes on or, with --uphold, the customer gets the money back",
      load: async () => (await import('./commands/alarms.js')).resolveCommand(),
    },
    {
      name: 'alerts',
      description: "lists what the bank's node alerts its operators to, and acknowledges it",
      load: async () => (await import('./commands/jobs.js')).alertsCommand(),
    },
    {
      name: 'jobs',
      description: "lists the work of the bank's node: what waits, runs, and was given up",
      load: async () => (await import('./commands/jobs.js')).jobsCommand(),
    },
  ]),
  ...group('Audit:', [
    {
      name: 'audit',
      description:
        'proves from blocks alone that no money appeared or vanished; exit code 0 when nothing was found, 1 for findings, 3 when it is incomplete',
      load: async () => (await import('./commands/audit.js')).auditCommand(),
    },
  ]),
  ...group('Paying without a network:', [
    {
      name: 'device',
      description: "a customer's device in a folder: pays without a network",
      load: async () => (await import('./commands/device.js')).deviceCommand(),
    },
    {
      name: 'terminal',
      description: "a merchant's terminal in a folder: accepts without a network, settles later",
      load: async () => (await import('./commands/terminal.js')).terminalCommand(),
    },
    {
      name: 'verify-fraud',
      description:
        'verifies without a ledger that a device spent twice; exit code 0 when proven, 1 when not proven, 2 when it cannot judge',
      load: async () => (await import('./commands/verify-fraud.js')).verifyFraudCommand(),
    },
  ]),
  ...group('The network:', [
    {
      name: 'doctor',
      description:
        'checks prerequisites, programs, ports, certificates, disk, clocks and every node, and says what to do; exit code 1 when a check failed',
      load: async () => (await import('./commands/doctor.js')).doctorCommand(),
    },
    {
      name: 'network',
      description: "runs Fabric's nodes on this machine",
      load: async () => (await import('./network.js')).networkCommand(),
    },
  ]),
  ...group('The shell:', [
    {
      name: 'completion',
      description: 'prints a script with which bash or zsh completes commands and options',
      load: async (programFor) =>
        (await import('./commands/completion.js')).completionCommand(programFor),
    },
  ]),
  ...group(
    'Any transaction or query by hand (offpay CONTRACT TRANSACTION; --help at every step):',
    byHand(),
  ),
];
