// SPDX-License-Identifier: Apache-2.0
// `offpay balance`: all money by currency, or one customer's or payee's.
import { formatAmount, isCurrency, type OutputOf } from '@fabric-offline-pay/domain';
import type { Client } from '@fabric-offline-pay/sdk';
import { Command, InvalidArgumentError, Option } from 'commander';
import { reportingErrors, show, table, withCommonOptions, type CommonOptions } from '../output.js';
import { withClients } from '../with-clients.js';

const DEFAULT_CURRENCY = 'EUR';

/** @throws {InvalidArgumentError} */
function parseCurrency(text: string): string {
  if (isCurrency(text)) return text;
  throw new InvalidArgumentError('Write three upper-case letters of ISO 4217, e.g. EUR.');
}

interface BalanceOptions extends CommonOptions {
  readonly customer?: string;
  readonly payee?: string;
  readonly currency?: string;
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

/** @throws {RefusedError} CUSTOMER_UNKNOWN: an unknown account must not look like an empty one. */
async function ofCustomer(client: Client, customerId: string, options: BalanceOptions) {
  const { currency = DEFAULT_CURRENCY } = options;
  const [account] = await Promise.all([
    client.settlement.readAccount({ customerId, currency }),
    client.identity.readCustomer({ customerId }),
  ]);
  show(
    options,
    account,
    ({ available }) => `${customerId} can spend ${formatAmount(available, currency)} ${currency}`,
  );
}

/** A payee is a merchant, or a participant that has money on the ledger. @throws {RefusedError} MERCHANT_UNKNOWN. */
async function ensurePayee({ identity, goods }: Client, payeeId: string): Promise<void> {
  const { participants } = await identity.readParticipants({});
  if (!participants.some(({ actor }) => actor === payeeId))
    await goods.readMerchant({ merchantId: payeeId });
}

async function ofPayee(client: Client, payeeId: string, options: BalanceOptions) {
  const { currency = DEFAULT_CURRENCY } = options;
  const [sums] = await Promise.all([
    client.settlement.readPayee({ payeeId, currency }),
    ensurePayee(client, payeeId),
  ]);
  show(
    options,
    sums,
    ({ balance: rolledUp, open }) =>
      `${payeeId} has ${formatAmount(rolledUp, currency)} ${currency} rolled up and ${formatAmount(open, currency)} ${currency} in open credit entries`,
  );
}

const inCurrency = ({ currencies }: Totals, currency: string): Totals => ({
  currencies: Object.fromEntries(Object.entries(currencies).filter(([code]) => code === currency)),
});

async function ofAll({ settlement }: Client, options: BalanceOptions) {
  const { currency } = options;
  const all = await settlement.totals({});
  show(options, currency === undefined ? all : inCurrency(all, currency), totalsText);
}

function balance(client: Client, options: BalanceOptions): Promise<void> {
  const { customer, payee } = options;
  if (customer !== undefined) return ofCustomer(client, customer, options);
  return payee === undefined ? ofAll(client, options) : ofPayee(client, payee, options);
}

export const balanceCommand = (): Command =>
  withCommonOptions(new Command('balance'))
    .addOption(new Option('--customer <id>', "a customer's account").conflicts('payee'))
    .option('--payee <id>', "a merchant's or logistics company's balance")
    .option('--currency <code>', 'ISO 4217 code (default for one account: EUR)', parseCurrency)
    .action(
      reportingErrors((options: BalanceOptions) =>
        withClients(options, async (clients) =>
          balance(await clients.client('bank', 'auditor'), options),
        ),
      ),
    );
