// SPDX-License-Identifier: Apache-2.0
// `offpay terminal …`: a merchant's terminal in a folder. Only `setup` and `sync` need a network.
import { formatAmount, parseDecimal } from '@fabric-offline-pay/domain';
import { Clients, OfflineBank, withTerminal, writeSettings } from '@fabric-offline-pay/network';
import { terminalLedger } from '@fabric-offline-pay/sdk';
import type { Acceptance, AcceptedPayment } from '@fabric-offline-pay/sdk/offline';
import { Command } from 'commander';
import { homeOf } from '../home';
import { readCarried, writeCarried, type CarriedTargets } from '../offline/carried';
import { readPassphrase } from '../offline/passphrase';
import {
  marksGiven,
  restoring,
  withMarksOption,
  type MarksOption,
  type Meaning,
} from '../offline/restore';
import { saveProofs } from '../offline/save-proofs';
import { needsCare, syncText, waitingText } from '../offline/sync-text';
import { parseLimits } from '../offline/till-limits';
import { reportingErrors, show, table, withCommonOptions, type CommonOptions } from '../output';

interface TerminalOption extends CommonOptions {
  readonly terminal: string;
}

const command = (name: string, description: string): Command =>
  withCommonOptions(new Command(name).description(description)).requiredOption(
    '--terminal <folder>',
    'folder of the terminal',
  );

interface SetupOptions extends TerminalOption, MarksOption {
  readonly merchant: string;
  readonly terminalId: string;
  readonly limit: readonly string[];
  readonly oldestHours?: string;
}

/** Tells the terminal whose it is, whom to trust, with the newest bulletin, and what the merchant lets it take. */
async function setUp(options: SetupOptions): Promise<void> {
  const limits = parseLimits(options.limit, options.oldestHours);
  const clients = new Clients(homeOf(options));
  try {
    const bank = await OfflineBank.open(clients);
    await writeSettings(options.terminal, {
      channel: clients.channel,
      merchantId: options.merchant,
      terminalId: options.terminalId,
      roots: bank.roots,
      ...(limits && { limits }),
      ...marksGiven(options),
    });
    const news = await bank.news();
    await withTerminal(options.terminal, await readPassphrase(), (terminal) =>
      terminal.learn(news),
    );
    show(options, { terminalId: options.terminalId }, () => `${options.terminal} is set up`);
  } finally {
    await clients.close();
  }
}

interface RequestOptions extends TerminalOption, CarriedTargets {
  readonly order: string;
  readonly amount: string;
  readonly currency: string;
}

async function request(options: RequestOptions): Promise<void> {
  const { order: orderNumber, currency } = options;
  const amount = parseDecimal(options.amount, currency);
  const asked = await withTerminal(options.terminal, await readPassphrase(), (terminal) =>
    terminal.request({ orderNumber, amount, currency }),
  );
  const { bytes, ...shown } = asked;
  const written = await writeCarried('request', bytes, options);
  show(options, { ...shown, bytes: bytes.length, written }, (result) =>
    [
      `${result.repeated ? 'the same request again' : 'asked for'}: ${options.amount} ${currency} for ${orderNumber}`,
      ...result.written.map((file) => `${file} carries ${result.bytes.toString()} bytes`),
    ].join('\n'),
  );
}

interface AcceptOptions extends TerminalOption {
  readonly order: string;
  readonly voucher: string;
}

const acceptanceText = (acceptance: Acceptance): string =>
  acceptance.accepted
    ? `ACCEPTED${acceptance.repeated ? ' (before)' : ''}: hand out the goods of ${acceptance.payment.orderNumber}; it settles when there is a network`
    : `REFUSED: ${acceptance.code}: ${acceptance.message}\n  ${acceptance.remedy}`;

async function accept(options: AcceptOptions): Promise<void> {
  const payment = await readCarried('payment', options.voucher);
  const acceptance = await withTerminal(options.terminal, await readPassphrase(), (terminal) =>
    terminal.accept(options.order, payment),
  );
  show(options, acceptance, acceptanceText);
  if (!acceptance.accepted) process.exitCode = 1;
}

interface SyncOptions extends TerminalOption {
  /** Folder for proofs of double spends. */
  readonly proofs?: string;
}

async function sync(options: SyncOptions): Promise<void> {
  const clients = new Clients(homeOf(options));
  try {
    const result = await withTerminal(
      options.terminal,
      await readPassphrase(),
      async (terminal, { merchantId }) => {
        const connection = await clients.connection('merchant', 'terminal', merchantId);
        const report = await terminal.sync(terminalLedger(connection));
        return { ...report, files: await saveProofs(terminal, options.proofs) };
      },
    );
    show(options, result, syncText);
    if (needsCare(result)) process.exitCode = 1;
  } finally {
    await clients.close();
  }
}

const paymentsText = (payments: readonly AcceptedPayment[]): string =>
  table([
    ['order', 'amount', 'customer', 'counter', 'status', 'verdict'],
    ...payments.map((payment) => [
      payment.orderNumber,
      `${formatAmount(payment.amount, payment.currency)} ${payment.currency}`,
      payment.customerId,
      payment.counter.toString(),
      payment.status,
      payment.verdict ?? '',
    ]),
  ]);

const setupCommand = (): Command =>
  withMarksOption(
    command('setup', 'makes a terminal: whose it is and whom it trusts (needs the network)'),
  )
    .requiredOption('--merchant <id>', 'the payee')
    .option('--terminal-id <id>', 'name of the terminal', 'till-1')
    .option(
      '--limit <limits>',
      "the merchant's own limits of a currency: the most of one payment, and the most that may wait (sum, count): EUR:payment=50.00,sum=500.00,count=40; once a currency, and no other is taken then",
      (limit: string, before: readonly string[]) => [...before, limit],
      [],
    )
    .option(
      '--oldest-hours <number>',
      'takes nothing more while a payment has waited longer for its settlement',
    )
    .action(reportingErrors(setUp));

const requestCommand = (): Command =>
  command('request', 'asks for money (no network)')
    .requiredOption(
      '--order <number>',
      "the merchant's order number: asked again, the same request",
    )
    .requiredOption('--amount <decimal>', 'for example 12.50')
    .option('--currency <code>', 'ISO 4217 code', 'EUR')
    .option('--qr <file>', 'writes the request as the picture of a QR code')
    .option('--out <file>', 'writes the request as .offpay-request')
    .action(reportingErrors(request));

const acceptCommand = (): Command =>
  command('accept', 'decides on a voucher, and keeps it (no network); exit code 1 when refused')
    .requiredOption('--order <number>', 'the order that it pays')
    .requiredOption('--voucher <file>', '.png or .offpay-voucher')
    .action(reportingErrors(accept));

const waitingCommand = (): Command =>
  command('waiting', 'what was accepted and is not settled yet (no network)').action(
    reportingErrors(async (options: TerminalOption) => {
      const waiting = await withTerminal(options.terminal, await readPassphrase(), (terminal) =>
        terminal.waiting(),
      );
      show(options, waiting, waitingText);
    }),
  );

const showCommand = (): Command =>
  command('show', 'every payment with what became of it (no network)').action(
    reportingErrors(async (options: TerminalOption) => {
      const payments = await withTerminal(options.terminal, await readPassphrase(), (terminal) =>
        terminal.payments(),
      );
      show(options, payments, paymentsText);
    }),
  );

const syncCommand = (): Command =>
  command(
    'sync',
    'fetches the newest bulletin, settles what waits (needs the network); exit code 1 when something is stuck',
  )
    .option('--proofs <folder>', 'writes proofs of double spends there; made when missing')
    .action(reportingErrors(sync));

const restoredMeaning: Meaning = () => [
  'vouchers that were accepted since and not settled are lost here: nobody pays for their goods',
  'what waits here and was settled meanwhile counts as settled once more, and is paid once',
  'next: offpay terminal sync, which fetches the newest bulletin and settles what waits',
];

const restoreCommand = (): Command =>
  command(
    'restore',
    'goes on with a store that was put back, emptied or moved (no network)',
  ).action(restoring(({ terminal }: TerminalOption) => terminal, restoredMeaning));

/** The terminal's half of a payment without a network. */
export const terminalCommand = (): Command =>
  new Command('terminal')
    .description("a merchant's terminal in a folder: accepts without a network, settles later")
    .addCommand(setupCommand())
    .addCommand(requestCommand())
    .addCommand(acceptCommand())
    .addCommand(waitingCommand())
    .addCommand(showCommand())
    .addCommand(syncCommand())
    .addCommand(restoreCommand());
