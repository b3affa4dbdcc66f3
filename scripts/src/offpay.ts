// SPDX-License-Identifier: Apache-2.0
// The command line: `npx offpay …`.
import { Command } from 'commander';
import { alarmsCommand, resolveCommand } from './commands/alarms';
import { balanceCommand } from './commands/balance';
import { deviceCommand } from './commands/device';
import { payCommand } from './commands/pay';
import { startCommand, stopCommand } from './commands/start';
import { terminalCommand } from './commands/terminal';
import { trailCommand } from './commands/trail';
import { verifyFraudCommand } from './commands/verify-fraud';
import { networkCommand } from './network';

const program = new Command('offpay')
  .description(
    'Purchases paid offline in a bank-issued digital currency, settled on Hyperledger Fabric',
  )
  .showHelpAfterError();

for (const command of [
  startCommand(),
  stopCommand(),
  payCommand(),
  trailCommand(),
  balanceCommand(),
  alarmsCommand(),
  resolveCommand(),
  networkCommand(),
  deviceCommand(),
  terminalCommand(),
  verifyFraudCommand(),
])
  program.addCommand(command);

void program.parseAsync();
