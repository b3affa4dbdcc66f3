// SPDX-License-Identifier: Apache-2.0
// `offpay balance`: all money by currency, or one customer's or payee's.
import { formatAmount, type OutputOf } from '@fabric-offline-pay/domain';
import { Clients } from '@fabric-offline-pay/network';
import { Command } from 'commander';
import { homeOf } from '../home';
import { reportingErrors, show, table, withCommonOptions, type CommonOptions } from '../output';

interface BalanceOptions extends CommonOptions {
  readonly customer?: string;
  readonly payee?: string;
  readonly currency: string;
}

type Totals = OutputOf<'settlement', 'totals'>;

const totalsText = ({ currencies }: Totals): string =>
  table([
    [
      'currency',
      'issued',
      'redeemed',
      'available',
      'held',
      'reserves',
      'credits',
      'checkpoints',
      'on the ledger',
    ],
    ...Object.entries(currencies).map(([code, sums]) => [
      code,
      ...[
        sums.issued,
        sums.redeemed,
        sums.available,
        sums.held,
        sums.reserves,
        sums.credits,
        sums.checkpoints,
        sums.onLedger,
      ].map((amount) => formatAmount(amount, code)),
    ]),
  ]);

async function balance(clients: Clients, options: BalanceOptions): Promise<void> {
  const { settlement } = await clients.client('bank', 'auditor');
  const { customer, payee, currency } = options;
  if (customer !== undefined) {
    const account = await settlement.readAccount({ customerId: customer, currency });
    show(
      options,
      account,
      ({ available }) => `${customer} can spend ${formatAmount(available, currency)} ${currency}`,
    );
  } else if (payee !== undefined) {
    const sums = await settlement.readPayee({ payeeId: payee, currency });
    show(
      options,
      sums,
      ({ balance: rolledUp, open }) =>
        `${payee} has ${formatAmount(rolledUp, currency)} ${currency} rolled up and ${formatAmount(open, currency)} ${currency} in open credit entries`,
    );
  } else {
    show(options, await settlement.totals({}), totalsText);
  }
}

export const balanceCommand = (): Command =>
  withCommonOptions(new Command('balance'))
    .option('--customer <id>', "a customer's account")
    .option('--payee <id>', "a merchant's or logistics company's balance")
    .option('--currency <code>', 'ISO 4217 code, with --customer or --payee', 'EUR')
    .action(
      reportingErrors(async (options: BalanceOptions) => {
        const clients = new Clients(homeOf(options));
        try {
          await balance(clients, options);
        } finally {
          await clients.close();
        }
      }),
    );
