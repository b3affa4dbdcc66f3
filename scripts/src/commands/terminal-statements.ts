// SPDX-License-Identifier: Apache-2.0
// `offpay terminal receipt | cancel | import`: a terminal's statements about its orders, and payments that it takes back.
import { withTerminal } from '@fabric-offline-pay/run';
import type { AcceptedPayment, Terminal } from '@fabric-offline-pay/sdk/offline';
import type { Command } from 'commander';
import {
  readCarried,
  writeCarried,
  writeEach,
  writtenText,
  type CarriedTargets,
  type Written,
} from '../offline/carried.js';
import { moneyText } from '../offline/device-text.js';
import {
  ensureTarget,
  terminalCommandOf,
  withTargets,
  type TerminalOption,
} from '../offline/party-command.js';
import { readPassphrase } from '../offline/passphrase.js';
import { reportingErrors, show } from '../output.js';

type Options = TerminalOption & CarriedTargets;

const withOpenTerminal = async <Result>(
  { terminal }: TerminalOption,
  work: (terminal: Terminal) => Promise<Result>,
): Promise<Result> => withTerminal(terminal, await readPassphrase(), work);

async function receipt(orderNumber: string, options: Options): Promise<void> {
  const bytes = await withOpenTerminal(options, (terminal) => terminal.receipt(orderNumber));
  const written = await writeCarried('receipt', bytes, options);
  show(options, { orderNumber, receipt: bytes.toString('base64'), ...written }, (shown) =>
    [`receipt of ${orderNumber}`, ...writtenText(shown)].join('\n'),
  );
}

interface Cancelled {
  readonly orderNumber: string;
  readonly cancellations: readonly Written[];
}

const cancelledText = ({ orderNumber, cancellations }: Cancelled): string =>
  [
    `cancelled: the terminal accepts no more vouchers for these requests of ${orderNumber}; if the order is not paid, request it again`,
    ...cancellations.flatMap(writtenText),
  ].join('\n');

async function cancel(orderNumber: string, options: Options): Promise<void> {
  ensureTarget(options);
  const signed = await withOpenTerminal(options, (terminal) => terminal.cancel(orderNumber));
  const cancellations = await writeEach('cancellation', signed, options);
  show(options, { orderNumber, cancellations }, cancelledText);
}

const importedText = (payment: AcceptedPayment): string =>
  `imported: ${moneyText(payment)} for ${payment.orderNumber}, ${payment.status}`;

async function importEvidence(file: string, options: TerminalOption): Promise<void> {
  const evidence = await readCarried('evidence', file);
  const payment = await withOpenTerminal(options, (terminal) => terminal.importPayment(evidence));
  show(options, payment, importedText);
}

const ORDER = ['<order>', "the merchant's order number"] as const;

const receiptCommand = (): Command =>
  withTargets(
    terminalCommandOf('receipt', 'signs the receipt of an accepted payment once more (no network)'),
    'receipt',
    '.offpay-receipt',
  )
    .argument(...ORDER)
    .action(reportingErrors(receipt));

const cancelCommand = (): Command =>
  withTargets(
    terminalCommandOf(
      'cancel',
      'cancels an order that is not paid: the customer gets back the money of a voucher that was not read (no network)',
    ),
    'cancellation',
    '.offpay-cancellation; an order with several requests has several',
  )
    .argument(...ORDER)
    .action(reportingErrors(cancel));

const importCommand = (): Command =>
  terminalCommandOf(
    'import',
    "imports a payment from a customer's evidence: this merchant accepted it, but this terminal does not know it (no network)",
  )
    .argument('<evidence>', '.offpay-evidence')
    .action(reportingErrors(importEvidence));

export const terminalStatementCommands = (): readonly Command[] => [
  receiptCommand(),
  cancelCommand(),
  importCommand(),
];
