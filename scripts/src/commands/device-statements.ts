// SPDX-License-Identifier: Apache-2.0
// `offpay device receipt | cancellation | history | evidence | sync`: the state of payments, and its proofs.
import {
  bytesToText,
  decodeCancellation,
  decodeReceipt,
  DomainError,
  parseCose,
} from '@fabric-offline-pay/domain';
import { OfflineBank, updateIssuers, withDevice } from '@fabric-offline-pay/run';
import { RefusedError } from '@fabric-offline-pay/sdk';
import type { Device, PaymentHistory } from '@fabric-offline-pay/sdk/offline';
import type { Command } from 'commander';
import { bring, broughtText, type Brought } from '../offline/bring-cancelled.js';
import { readCarried, writeEach, writtenText, type Written } from '../offline/carried.js';
import { historyText, moneyText } from '../offline/device-text.js';
import { deviceCommandOf, type DeviceOption } from '../offline/party-command.js';
import { readPassphrase } from '../offline/passphrase.js';
import { marksGiven, withMarksOption, type MarksOption } from '../offline/restore.js';
import { reportingErrors, show } from '../output.js';
import { withClients } from '../with-clients.js';

const withOpenDevice = async <Result>(
  { device }: DeviceOption,
  work: (device: Device) => Promise<Result>,
): Promise<Result> => withDevice(device, await readPassphrase(), work);

const notFound = (details: Readonly<Record<string, string>>): RefusedError =>
  new RefusedError(new DomainError('NOT_FOUND', details).toWire());

const keptText = (payments: readonly PaymentHistory[]): string =>
  payments
    .map((payment) => `${payment.state}: ${moneyText(payment)} for ${payment.orderNumber}`)
    .join('\n');

/** @returns the payments that answer these requests. */
async function findPayments(
  device: Device,
  hashes: readonly Uint8Array[],
): Promise<readonly PaymentHistory[]> {
  const named = new Set(hashes.map(bytesToText));
  return (await device.history()).filter(({ requestHash }) => named.has(requestHash));
}

async function receipt(file: string, options: DeviceOption): Promise<void> {
  const bytes = await readCarried('receipt', file);
  const kept = await withOpenDevice(options, async (device) => {
    await device.importReceipt(bytes);
    const { requestHash } = decodeReceipt(parseCose('offpay/receipt', bytes).payload);
    return findPayments(device, [requestHash]);
  });
  show(options, { kept }, () => keptText(kept));
}

/** A terminal cancels every request of an order, but the device answered only one. @returns whether this cancellation is for that one. */
async function keepCancellation(device: Device, bytes: Buffer): Promise<boolean> {
  try {
    await device.importCancellation(bytes);
    return true;
  } catch (error) {
    if (error instanceof RefusedError && error.code === 'NOT_FOUND') return false;
    throw error;
  }
}

async function cancellation(files: readonly string[], options: DeviceOption): Promise<void> {
  const all = await Promise.all(files.map((file) => readCarried('cancellation', file)));
  const kept = await withOpenDevice(options, async (device) => {
    const hashes: Uint8Array[] = [];
    for (const bytes of all)
      if (await keepCancellation(device, bytes))
        hashes.push(
          decodeCancellation(parseCose('offpay/cancellation', bytes).payload).requestHash,
        );
    return findPayments(device, hashes);
  });
  if (kept.length === 0) throw notFound({ reason: 'no payment of this device was cancelled' });
  show(options, { kept }, () => `${keptText(kept)}\nnext: offpay device sync, which returns it`);
}

async function history(options: DeviceOption): Promise<void> {
  const payments = await withOpenDevice(options, (device) => device.history());
  show(options, payments, historyText);
}

interface EvidenceOptions extends DeviceOption {
  readonly merchant?: string;
  readonly out?: string;
}

/** Evidence of every payment of the order that has a receipt. @throws {RefusedError} NOT_FOUND when there is none. */
async function evidenceOf(
  device: Device,
  orderNumber: string,
  merchantId: string | undefined,
): Promise<readonly Buffer[]> {
  const found: Buffer[] = [];
  for (const payment of await device.history()) {
    const isIt =
      payment.orderNumber === orderNumber &&
      (merchantId === undefined || payment.merchantId === merchantId);
    const bytes = isIt ? (await device.evidence(payment))?.bytes : undefined;
    if (bytes !== undefined) found.push(bytes);
  }
  if (found.length === 0) throw notFound({ orderNumber, reason: 'no receipt' });
  return found;
}

async function evidence(orderNumber: string, options: EvidenceOptions): Promise<void> {
  const { merchant, out = orderNumber } = options;
  const found = await withOpenDevice(options, (device) =>
    evidenceOf(device, orderNumber, merchant),
  );
  const written = await writeEach('evidence', found, { out });
  show<readonly Written[]>(options, written, (files) => files.flatMap(writtenText).join('\n'));
}

interface SyncOptions extends DeviceOption, MarksOption {}

/** Brings each voucher separately, so that one that the bank cannot take back does not stop the others. */
async function sync(options: SyncOptions): Promise<void> {
  const passphrase = await readPassphrase();
  await withClients(options, async (clients) => {
    const bank = await OfflineBank.open(clients);
    const { bankId } = bank.issuer.row;
    const issuers = async () => (await bank.news()).issuers ?? [];
    const ofDevices = { channel: clients.channel, bankId, issuers };
    await updateIssuers(options.device, passphrase, ofDevices, marksGiven(options));
    const cancelled = await withDevice(options.device, passphrase, (device) => device.cancelled());
    const brought: Brought[] = [];
    for (const voucher of cancelled) brought.push(await bring(bank, voucher));
    show(options, brought, broughtText);
    if (brought.some(({ refused }) => refused !== null)) process.exitCode = 1;
  });
}

const receiptCommand = (): Command =>
  deviceCommandOf('receipt', "keeps a terminal's receipt: the payment was accepted (no network)")
    .argument('<file>', '.png or .offpay-receipt')
    .action(reportingErrors(receipt));

const cancellationCommand = (): Command =>
  deviceCommandOf(
    'cancellation',
    "keeps a terminal's cancellation: the payment was never accepted (no network)",
  )
    .argument('<files...>', '.png or .offpay-cancellation: every file that the terminal wrote')
    .action(reportingErrors(cancellation));

const historyCommand = (): Command =>
  deviceCommandOf(
    'history',
    'shows every payment and its state: given, accepted or cancelled (no network)',
  ).action(reportingErrors(history));

const evidenceCommand = (): Command =>
  deviceCommandOf(
    'evidence',
    'writes the evidence of an accepted payment, for a till that lost it (no network)',
  )
    .argument('<order>', "the merchant's order number")
    .option('--merchant <id>', 'the merchant, where two have this order number')
    .option('--out <file>', 'name of the .offpay-evidence file (default: the order number)')
    .action(reportingErrors(evidence));

const syncCommand = (): Command =>
  withMarksOption(
    deviceCommandOf(
      'sync',
      'brings cancelled vouchers to the bank, which returns the money, and updates whom the device trusts (needs the network); exit code 1 when one is refused',
    ),
  ).action(reportingErrors(sync));

export const statementCommands = (): readonly Command[] => [
  receiptCommand(),
  cancellationCommand(),
  historyCommand(),
  evidenceCommand(),
  syncCommand(),
];
