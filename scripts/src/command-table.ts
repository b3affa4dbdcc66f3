// SPDX-License-Identifier: Apache-2.0
// The commands of `npx offpay`, in the order in which a newcomer needs them. A command is loaded when it is called: `--help` waits
// for none of them, and a command for no other.
import type { Command } from 'commander';
import { kebab } from './by-hand/names.js';
import type { ProgramFor } from './commands/completion.js';

export interface CommandEntry {
  readonly name: string;
  readonly alias?: string;
  readonly group: string;
  readonly description: string;
  /** @param programFor the whole command line, for a command that speaks of the others. */
  readonly load: (programFor: ProgramFor) => Promise<Command>;
}

type Loaded = Pick<CommandEntry, 'name' | 'description' | 'load'>;

const group = (title: string, entries: readonly Loaded[]): CommandEntry[] =>
  entries.map((entry) => ({ ...entry, group: title }));

/** Contracts of the domain's table, in its order, and what they are about. */
const CONTRACTS: Readonly<Record<string, string>> = {
  identity: 'participants, customers, logins, reputation: units 1 2 3 4 5 6 7',
  goods: 'catalogues and orders of goods: units 8 9 10 12',
  logistics: 'couriers, assignment, delivery: units 11 1101 1102 1103 1104',
  orderNumber: "the three parties' order numbers: units 13",
  settlement: 'money, captures, refunds, disputes, payouts: units 14',
  alarm: 'what blocks the bank node: units 15 16',
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
      description:
        'runs files of orders through the pipeline; what no file says must stand on the ledger already',
      load: async () => (await import('./commands/pay.js')).payCommand(),
    },
    {
      name: 'check',
      description:
        'says all that is wrong with files and sends nothing; exit code 1 when rows are left out, 2 when a file cannot be used',
      load: async () => (await import('./commands/check.js')).checkCommand(),
    },
    {
      name: 'stop',
      description: 'ends everything that start started; data is kept',
      load: async () => (await import('./commands/start.js')).stopCommand(),
    },
  ]),
  ...group('Look and decide:', [
    {
      name: 'trail',
      description: 'shows every receipt of one order: unit, organisation, transaction, block',
      load: async () => (await import('./commands/trail.js')).trailCommand(),
    },
    {
      name: 'balance',
      description: "shows the money on the ledger: all of it, a customer's, or a payee's",
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
        "decides an order's alarm: resolved, the order goes on; upheld, its money is returned",
      load: async () => (await import('./commands/alarms.js')).resolveCommand(),
    },
  ]),
  ...group('Paying with no network:', [
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
        'verifies by itself that a device spent twice; exit code 0 when proven, 1 when not, 2 when it could not be judged',
      load: async () => (await import('./commands/verify-fraud.js')).verifyFraudCommand(),
    },
  ]),
  ...group('The network:', [
    {
      name: 'doctor',
      description:
        'looks at prerequisites, programs, ports, certificates, disk, clocks and every node, and says what to do; exit code 1 when something failed',
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
    'By hand, any transaction or query (offpay CONTRACT TRANSACTION; --help at every step):',
    byHand(),
  ),
];
