// SPDX-License-Identifier: Apache-2.0
// `offpay device …`: a customer's device in a folder. Only `fund` and `sync` need a network.
import { formatAmount, parseDecimal } from '@fabric-offline-pay/domain';
import type { Clients } from '@fabric-offline-pay/operate';
import {
  ensureSameParty,
  findSettings,
  type FundedFolder,
  fundFolder,
  type FundingBank,
  OfflineBank,
  openKey,
  type PendingOutcome,
  withDevice,
  withTrustingDevice,
} from '@fabric-offline-pay/run';
import type {
  Balance,
  Device,
  Payment,
  PaymentHistory,
  RequestView,
} from '@fabric-offline-pay/sdk/offline';
import { Command } from 'commander';
import {
  readCarried,
  writeCarried,
  writtenText,
  type CarriedTargets,
  type Written,
} from '../offline/carried.js';
import { historyText, moneyText, payeeText, timeText } from '../offline/device-text.js';
import {
  deviceCommandOf,
  ensureTarget,
  withTargets,
  type DeviceOption,
} from '../offline/party-command.js';
import { readPassphrase } from '../offline/passphrase.js';
import { registerDevice } from '../offline/register-device.js';
import {
  epochNumber,
  marksGiven,
  restoreAction,
  withMarksOption,
  type MarksOption,
  type Meaning,
} from '../offline/restore.js';
import { print, reportingErrors, show } from '../output.js';
import { withClients } from '../with-clients.js';
import { statementCommands } from './device-statements.js';

interface FundOptions extends DeviceOption, MarksOption {
  readonly customer: string;
  readonly deviceId?: string;
  readonly amount: string;
  readonly currency: string;
}

export const balanceText = (balance: Balance): string =>
  [
    `epoch ${balance.epoch.toString()}${balance.sealed ? ' (sealed: makes no new payments)' : ''}: ${formatAmount(balance.remaining, balance.currency)} of ${formatAmount(balance.total, balance.currency)} ${balance.currency} left`,
    `at most ${formatAmount(balance.perPayment, balance.currency)} a payment, ${balance.paymentsLeft.toString()} payments, until ${timeText(balance.spendUntil)}`,
  ].join('; ');

/** Whose device it becomes. It keeps its name unless an option gives another. */
async function wantedOwner({ device: folder, customer, deviceId }: FundOptions) {
  const known = await findSettings('device', folder);
  return { customerId: customer, deviceId: deviceId ?? known?.deviceId ?? 'wallet' };
}

const fundingBank = (clients: Clients, bank: OfflineBank): FundingBank => ({
  channel: clients.channel,
  bankId: bank.issuer.row.bankId,
  issuers: async () => (await bank.news()).issuers ?? [],
  register: (device) => registerDevice(clients, device),
  sign: async (request) => (await bank.sign(request)).bytes,
  submit: (certificate) => bank.submit(certificate),
});

/** The balance, and the result of an interrupted `fund` before it. */
type Funded = Balance & Pick<FundedFolder, 'pending'>;

const pendingText = (pending: PendingOutcome): string =>
  pending.state === 'imported'
    ? 'an interrupted fund is now finished, and nothing more was set aside; to set aside more, run fund again'
    : `an interrupted fund is given up: ${pending.code}: ${pending.message}`;

const fundedText = ({ pending, ...balance }: Funded): string =>
  [...(pending === null ? [] : [pendingText(pending)]), balanceText(balance)].join('\n');

async function fund(options: FundOptions): Promise<void> {
  const { device: folder, currency } = options;
  const amount = parseDecimal(options.amount, currency);
  const wanted = { ...(await wantedOwner(options)), currency, amount, ...marksGiven(options) };
  await ensureSameParty(folder, { party: 'device', ...wanted });
  const passphrase = await readPassphrase();
  await withClients(options, async (clients) => {
    const bank = fundingBank(clients, await OfflineBank.open(clients));
    const { balance, pending } = await fundFolder(folder, passphrase, bank, wanted);
    show<Funded>(options, { ...balance, pending }, fundedText);
  });
}

interface RequestOption extends DeviceOption {
  readonly request: string;
}

const viewText = (view: RequestView): string =>
  [
    payeeText(view),
    `asks for ${moneyText(view)} for ${view.orderNumber}, until ${timeText(view.expiresAt)}${view.paid ? '; paid before' : ''}`,
  ].join('\n');

async function view(options: RequestOption): Promise<void> {
  const request = await readCarried('request', options.request);
  const viewed = await withTrustingDevice(options.device, await readPassphrase(), (device) =>
    device.view(request),
  );
  show(options, viewed, viewText);
}

interface PayOptions extends RequestOption, CarriedTargets {
  readonly again?: boolean;
}

type Paid = Omit<Payment, 'bytes'> & Written & Pick<RequestView, 'payee'>;

const paidText = (paid: Paid): string =>
  [
    payeeText(paid),
    `${paid.repeated ? 'the same payment again' : 'paid'}: ${moneyText(paid)} to ${paid.merchantId} for ${paid.orderNumber}`,
    ...writtenText(paid),
  ].join('\n');

async function pay(options: PayOptions): Promise<void> {
  ensureTarget(options);
  const request = await readCarried('request', options.request);
  const { bytes, ...record } = await withTrustingDevice(
    options.device,
    await readPassphrase(),
    async (device) => {
      const { payee } = await device.view(request);
      return { payee, ...(await device.pay(request, { again: options.again === true })) };
    },
  );
  const paid: Paid = { ...record, ...(await writeCarried('payment', bytes, options)) };
  show(options, paid, paidText);
}

interface Shown {
  readonly publicKey: string;
  readonly balances: readonly Balance[];
  readonly payments: readonly PaymentHistory[];
}

const readDevice = async (device: Device): Promise<Shown> => ({
  publicKey: device.publicKey,
  balances: await device.balances(),
  payments: await device.history(),
});

const shownText = ({ balances, payments }: Shown): string =>
  [...balances.map(balanceText), historyText(payments)].join('\n');

const fundCommand = (): Command =>
  withMarksOption(
    deviceCommandOf('fund', 'sets aside money of the customer for this device (needs the network)'),
  )
    .requiredOption('--customer <id>', 'the customer whose device it is')
    .option(
      '--device-id <id>',
      'name of the device (default: its present name; for a new device `wallet`)',
    )
    .requiredOption('--amount <decimal>', 'for example 100.00')
    .option('--currency <code>', 'ISO 4217 code', 'EUR')
    .action(reportingErrors(fund));

const viewCommand = (): Command =>
  deviceCommandOf('view', 'shows whom a request pays and how much, and pays nothing (no network)')
    .requiredOption('--request <file>', '.png or .offpay-request')
    .action(reportingErrors(view));

const payCommand = (): Command =>
  withTargets(
    deviceCommandOf('pay', "answers a terminal's request with a voucher (no network)"),
    'voucher',
    '.offpay-voucher',
  )
    .requiredOption('--request <file>', '.png or .offpay-request')
    .option('--again', 'pays an order number again that another request has paid')
    .action(reportingErrors(pay));

const showCommand = (): Command =>
  deviceCommandOf('show', 'shows what is left and what was paid (no network)').action(
    reportingErrors(async (options: DeviceOption) => {
      show(
        options,
        await withDevice(options.device, await readPassphrase(), readDevice),
        shownText,
      );
    }),
  );

const keyCommand = (): Command =>
  deviceCommandOf(
    'key',
    "prints the device's public key; a new folder gets a key (no network)",
  ).action(
    reportingErrors(async ({ device }: DeviceOption) => {
      await ensureSameParty(device, { party: 'device' });
      print((await openKey(device, await readPassphrase())).publicKey);
    }),
  );

const restoredMeaning: Meaning = ({ sealedEpoch }) => [
  ...(sealedEpoch === null
    ? []
    : [
        `the device makes no new payments from epoch ${sealedEpoch.toString()} or earlier; it still shows the vouchers that it gave`,
        'the rest of these epochs returns to the account when it can no longer be claimed',
      ]),
  'lost payments are not in its history: it does not warn when an order was paid by one of them',
  'to pay again, run offpay device fund: it sets money aside in a new epoch',
];

const restoreCommand = (): Command =>
  withMarksOption(
    deviceCommandOf(
      'restore',
      'continues with a store that was put back, emptied or moved (no network)',
    ),
  )
    .option(
      '--epoch <n>',
      'the highest epoch that the bank granted, if the mark is lost too',
      epochNumber,
    )
    .action(restoreAction('device', restoredMeaning));

/** The commands of a device, for payments without a network. */
export function deviceCommand(): Command {
  const device = new Command('device')
    .addCommand(fundCommand())
    .addCommand(viewCommand())
    .addCommand(payCommand());
  for (const command of statementCommands()) device.addCommand(command);
  return device.addCommand(showCommand()).addCommand(keyCommand()).addCommand(restoreCommand());
}
