// SPDX-License-Identifier: Apache-2.0
// `offpay terminal …`: a merchant's terminal in a folder. Only `setup` and `sync` need a network.
import { hash } from 'node:crypto';
import { formatAmount, parseDecimal } from '@fabric-offline-pay/domain';
import {
  ensureSameParty,
  findSettings,
  hasStore,
  OfflineBank,
  openKey,
  type PayeeRequest,
  withTerminal,
  writeSettings,
} from '@fabric-offline-pay/run';
import { terminalLedger } from '@fabric-offline-pay/sdk';
import type {
  Acceptance,
  Accepted,
  AcceptedPayment,
  CertifiedAs,
  Rejection,
  Terminal,
  TillLimits,
} from '@fabric-offline-pay/sdk/offline';
import { Command } from 'commander';
import {
  readCarried,
  writeCarried,
  writtenText,
  type CarriedTargets,
  type Written,
} from '../offline/carried.js';
import {
  ensureTarget,
  terminalCommandOf,
  withTargets,
  type TerminalOption,
} from '../offline/party-command.js';
import { readPassphrase } from '../offline/passphrase.js';
import {
  marksGiven,
  restoreAction,
  withMarksOption,
  type MarksOption,
  type Meaning,
} from '../offline/restore.js';
import { timeText } from '../offline/device-text.js';
import { saveProofs } from '../offline/save-proofs.js';
import { needsCare, syncText, waitingText } from '../offline/sync-text.js';
import { limitsText, newLimits, type LimitsOptions } from '../offline/till-limits.js';
import { reportingErrors, show, table } from '../output.js';
import { withClients } from '../with-clients.js';
import { terminalStatementCommands } from './terminal-statements.js';

/** Characters of its key's digest in the name of a till: enough to distinguish the tills of a merchant. */
const TILL_DIGITS = 8;

interface SetupOptions extends TerminalOption, MarksOption, LimitsOptions {
  readonly merchant: string;
  readonly terminalId?: string;
  /** The merchant's name for customers; undefined for a terminal without a certificate. */
  readonly name?: string;
}

/** The terminal's certificate from the merchant's bank, if it gets one. */
async function certifyPayee(
  bank: OfflineBank,
  payee: Omit<PayeeRequest, 'name'>,
  name: string | undefined,
): Promise<{ readonly payee?: Buffer }> {
  return name === undefined ? {} : { payee: await bank.certifyPayee({ ...payee, name }) };
}

interface SetUp {
  readonly terminalId: string;
  readonly certified: CertifiedAs | null;
  readonly limits: TillLimits | null;
}

const setupText = ({ terminalId, certified: as, limits }: SetUp): string =>
  [
    as === null
      ? `${terminalId} is set up without a certificate, so devices keep no receipts from it; with --name NAME the bank certifies it`
      : `${terminalId} is set up, certified as ${as.name} until ${timeText(as.validUntil)}`,
    limits === null ? 'the merchant limits nothing' : `limits: ${limitsText(limits)}`,
  ].join('\n');

/** Two tills of a merchant get different names without an option, from their keys. */
const tillName = (publicKey: string): string =>
  `till-${hash('sha256', publicKey).slice(0, TILL_DIGITS)}`;

/**
 * Sets the terminal's merchant, whom it trusts, the newest bulletin and the merchant's own limits. A setting that is not given
 * keeps its value.
 */
async function setUp(options: SetupOptions): Promise<void> {
  const { terminal: folder, merchant: merchantId, name } = options;
  const before = await findSettings('terminal', folder);
  const limits = newLimits(before?.limits, options);
  const known = options.terminalId ?? before?.terminalId;
  const ofFolder = { party: 'terminal', merchantId } as const;
  const told = { ...(known !== undefined && { terminalId: known }), ...marksGiven(options) };
  await ensureSameParty(folder, { ...ofFolder, ...told });
  const passphrase = await readPassphrase();
  const { publicKey } = await openKey(folder, passphrase);
  const terminalId = known ?? tillName(publicKey);
  await withClients(options, async (clients) => {
    const { channel } = clients;
    await ensureSameParty(folder, { ...ofFolder, channel });
    const bank = await OfflineBank.open(clients);
    const payee = await certifyPayee(bank, { merchantId, terminalId, publicKey }, name);
    const settings = {
      ...ofFolder,
      channel,
      terminalId,
      roots: bank.roots,
      ...(limits && { limits }),
      ...marksGiven(options),
    };
    const news = { ...(await bank.news()), ...payee };
    const work = async (terminal: Terminal): Promise<CertifiedAs | undefined> => {
      await writeSettings(folder, settings);
      await terminal.learn(news);
      return terminal.certifiedAs();
    };
    // Before the store is made, because the next command that opens it must look for its mark in the same place.
    if (!hasStore(folder)) await writeSettings(folder, settings);
    const as = await withTerminal(folder, passphrase, work, settings);
    show(options, { terminalId, certified: as ?? null, limits: limits ?? null }, setupText);
  });
}

interface RequestOptions extends TerminalOption, CarriedTargets {
  readonly order: string;
  readonly amount: string;
  readonly currency: string;
}

async function request(options: RequestOptions): Promise<void> {
  ensureTarget(options);
  const { order: orderNumber, currency } = options;
  const amount = parseDecimal(options.amount, currency);
  const asked = await withTerminal(options.terminal, await readPassphrase(), (terminal) =>
    terminal.request({ orderNumber, amount, currency }),
  );
  const { bytes, ...shown } = asked;
  const written = await writeCarried('request', bytes, options);
  show(options, { ...shown, ...written }, (result) =>
    [
      `${result.repeated ? 'the same request again' : 'asked for'}: ${options.amount} ${currency} for ${orderNumber}`,
      ...writtenText(result),
    ].join('\n'),
  );
}

interface AcceptOptions extends TerminalOption, CarriedTargets {
  readonly order: string;
  readonly voucher: string;
}

/** The receipt in base64; null for a refusal. */
type Shown = (Omit<Accepted, 'receipt'> | Rejection) & {
  readonly receipt: string | null;
} & Written;

async function writeReceipt(acceptance: Acceptance, targets: CarriedTargets): Promise<Shown> {
  if (!acceptance.accepted) return { ...acceptance, receipt: null, bytes: 0, written: [] };
  const { receipt, ...accepted } = acceptance;
  const written = await writeCarried('receipt', receipt, targets);
  return { ...accepted, receipt: receipt.toString('base64'), ...written };
}

const acceptanceText = (acceptance: Shown): string =>
  acceptance.accepted
    ? [
        `ACCEPTED${acceptance.repeated ? ' (before)' : ''}: hand out the goods of ${acceptance.payment.orderNumber}; sync settles it when there is a network`,
        ...writtenText(acceptance).map((line) => `receipt: ${line}`),
      ].join('\n')
    : `REFUSED: ${acceptance.code}: ${acceptance.message}\n  ${acceptance.remedy}`;

async function accept(options: AcceptOptions): Promise<void> {
  const payment = await readCarried('payment', options.voucher);
  const acceptance = await withTerminal(options.terminal, await readPassphrase(), (terminal) =>
    terminal.accept(options.order, payment),
  );
  show(options, await writeReceipt(acceptance, options), acceptanceText);
  if (!acceptance.accepted) process.exitCode = 1;
}

interface SyncOptions extends TerminalOption {
  /** Folder for proofs of double spends. */
  readonly proofs?: string;
}

async function sync(options: SyncOptions): Promise<void> {
  const passphrase = await readPassphrase();
  await withClients(options, async (clients) => {
    const result = await withTerminal(
      options.terminal,
      passphrase,
      async (terminal, { merchantId }) => {
        const connection = await clients.connection('merchant', 'terminal', merchantId);
        const report = await terminal.sync(terminalLedger(connection));
        const files = await saveProofs(terminal, options.proofs);
        return { ...report, files, certified: (await terminal.certifiedAs()) ?? null };
      },
    );
    show(options, result, syncText);
    if (needsCare(result)) process.exitCode = 1;
  });
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
    terminalCommandOf(
      'setup',
      'sets up a terminal: its merchant and whom it trusts (needs the network)',
    ),
  )
    .requiredOption('--merchant <id>', 'the payee')
    .option(
      '--terminal-id <id>',
      'id of the terminal (default: its present id; for a new terminal one from its key)',
    )
    .option(
      '--name <name>',
      "the merchant's name for customers; the merchant's bank certifies it with the licence, for a year at most",
    )
    .option(
      '--limit <limits>',
      "the merchant's own limits for a currency: the highest payment, and the most that may wait (sum, count), such as EUR:payment=50.00,sum=500.00,count=40; once per currency; the terminal then takes no other currency; replaces the earlier limits",
      (limit: string, before: readonly string[]) => [...before, limit],
      [],
    )
    .option(
      '--oldest-hours <number>',
      'accepts nothing more while a payment has waited longer than this for its settlement',
    )
    .option('--no-limits', 'removes the earlier limits')
    .action(reportingErrors(setUp));

const requestCommand = (): Command =>
  withTargets(
    terminalCommandOf('request', 'asks for money (no network)'),
    'request',
    '.offpay-request',
  )
    .requiredOption(
      '--order <number>',
      "the merchant's order number; the same number and amount give the same request",
    )
    .requiredOption('--amount <decimal>', 'for example 12.50')
    .option('--currency <code>', 'ISO 4217 code', 'EUR')
    .action(reportingErrors(request));

const acceptCommand = (): Command =>
  withTargets(
    terminalCommandOf(
      'accept',
      'decides on a voucher, keeps it and signs a receipt (no network); exit code 1 when refused',
    ),
    'receipt',
    '.offpay-receipt',
  )
    .requiredOption('--order <number>', 'the order that the voucher pays')
    .requiredOption('--voucher <file>', '.png or .offpay-voucher')
    .action(reportingErrors(accept));

const waitingCommand = (): Command =>
  terminalCommandOf(
    'waiting',
    'shows what was accepted and is not settled yet (no network)',
  ).action(
    reportingErrors(async (options: TerminalOption) => {
      const waiting = await withTerminal(options.terminal, await readPassphrase(), (terminal) =>
        terminal.waiting(),
      );
      show(options, waiting, waitingText);
    }),
  );

const showCommand = (): Command =>
  terminalCommandOf('show', 'shows every payment and its state (no network)').action(
    reportingErrors(async (options: TerminalOption) => {
      const payments = await withTerminal(options.terminal, await readPassphrase(), (terminal) =>
        terminal.payments(),
      );
      show(options, payments, paymentsText);
    }),
  );

const syncCommand = (): Command =>
  terminalCommandOf(
    'sync',
    'fetches the newest bulletin and settles what waits (needs the network); exit code 1 when something is stuck',
  )
    .option(
      '--proofs <folder>',
      'writes proofs of double spends to this folder, which it makes if missing',
    )
    .action(reportingErrors(sync));

const restoredMeaning: Meaning = () => [
  'vouchers that were accepted since then and not settled are lost here; a customer with a receipt can bring one back: offpay device evidence, then offpay terminal import',
  'requests that were not paid are lost: request these orders again',
  'what waits here and was settled in the meantime is settled again, but paid only once',
  'next: run offpay terminal sync; it fetches the newest bulletin and settles what waits',
];

const restoreCommand = (): Command =>
  withMarksOption(
    terminalCommandOf(
      'restore',
      'continues with a store that was put back, emptied or moved (no network)',
    ),
  ).action(restoreAction('terminal', restoredMeaning));

/** The commands of a terminal, for payments without a network. */
export function terminalCommand(): Command {
  const terminal = new Command('terminal')
    .addCommand(setupCommand())
    .addCommand(requestCommand())
    .addCommand(acceptCommand());
  for (const command of terminalStatementCommands()) terminal.addCommand(command);
  return terminal
    .addCommand(waitingCommand())
    .addCommand(showCommand())
    .addCommand(syncCommand())
    .addCommand(restoreCommand());
}
