// SPDX-License-Identifier: Apache-2.0
// The commands of `npx offpay`, in the order in which a newcomer needs them.
import { Command } from 'commander';
import { byHandCommands } from './by-hand/commands';
import { alarmsCommand, resolveCommand } from './commands/alarms';
import { balanceCommand } from './commands/balance';
import { deviceCommand } from './commands/device';
import { payCommand } from './commands/pay';
import { startCommand, stopCommand } from './commands/start';
import { terminalCommand } from './commands/terminal';
import { trailCommand } from './commands/trail';
import { verifyFraudCommand } from './commands/verify-fraud';
import { networkCommand } from './network';

type Group = readonly [title: string, commands: readonly Command[]];

const groups = (): readonly Group[] => [
  ['The main job:', [startCommand(), payCommand(), stopCommand()]],
  ['Look and decide:', [trailCommand(), balanceCommand(), alarmsCommand(), resolveCommand()]],
  ['Paying with no network:', [deviceCommand(), terminalCommand(), verifyFraudCommand()]],
  ['The network:', [networkCommand()]],
  [
    'By hand, any transaction or query (offpay CONTRACT TRANSACTION; --help at every step):',
    byHandCommands(),
  ],
];

/** @returns the whole command line, not yet run. */
export function offpayProgram(): Command {
  const program = new Command('offpay')
    .description(
      'Purchases paid offline in a bank-issued digital currency, settled on Hyperledger Fabric',
    )
    .showHelpAfterError()
    .addHelpCommand(
      new Command('help')
        .argument('[command]')
        .description('the same as --help')
        .helpGroup('Help:'),
    )
    .configureHelp({ subcommandTerm: (each) => each.name() });
  for (const [title, commands] of groups())
    for (const command of commands) program.addCommand(command.helpGroup(title));
  return program;
}
