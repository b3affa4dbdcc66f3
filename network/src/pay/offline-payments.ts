// SPDX-License-Identifier: Apache-2.0
// The payments of a run that are made without a network: funded, exchanged as QR codes, settled, and what became of each.
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { OffpayError, RefusedError, terminalLedger } from '@fabric-offline-pay/sdk';
import { qrPng, type BankNews, type Terminal } from '@fabric-offline-pay/sdk/offline';
import type { Sourced } from '../input/read-rows';
import type { Merchant } from '../input/rows/merchant';
import type { OfflinePayment } from '../input/rows/offline-payment';
import type { Clients } from '../ledger/clients';
import { NetworkError } from '../network-error';
import { OfflineBank } from '../offline/offline-bank';
import { openKey, withDevice, withTerminal } from '../offline/party-folder';
import {
  findSettings,
  readSettings,
  writeSettings,
  type TerminalSettings,
} from '../offline/party-settings';
import { makeFolder, SECRET_FILE } from '../system/files';
import { inParallel } from '../system/in-parallel';
import type { BankStaff } from './bank-staff';

/** Of the key files of a run's devices and terminals, which belong to invented people. */
export const SAMPLE_PASSPHRASE = 'sample';

const DEVICE_ID = 'wallet';

/** Beside the folders, so that a run leaves nothing elsewhere, and with a place for each: a device that is copied is copied with it. */
const marksOf = (folder: string): string =>
  join('..', '..', 'marks', basename(dirname(folder)), basename(folder));

const AT_ONCE = 16;

/** What became of one row. */
export interface OfflineOutcome {
  readonly line: number;
  readonly merchantId: string;
  readonly orderNumber: string;
  /** `refusedOffline`: by the terminal or the device, with no network. `refused`: by the ledger, when it was settled. */
  readonly state: 'settled' | 'waiting' | 'refused' | 'refusedOffline';
  /** The code of the refusal, or the verdict. */
  readonly reason: string | null;
  /** The device verified the terminal's receipt, and keeps it. */
  readonly receipt: boolean;
}

type Row = Sourced<OfflinePayment>;

/** What one run knows: where its parties are, and whom they trust. */
interface OfflineRun {
  readonly clients: Clients;
  readonly bank: OfflineBank;
  readonly news: BankNews;
  readonly folder: string;
  /** What customers know merchants by, by their ids. */
  readonly names: ReadonlyMap<string, string>;
}

const deviceFolder = ({ folder }: OfflineRun, { customerId, device }: Row): string =>
  join(folder, 'devices', device === 'copy' ? `${customerId}-copy` : customerId);

const terminalFolder = ({ folder }: OfflineRun, merchantId: string): string =>
  join(folder, 'terminals', merchantId);

/** A run that was cut off may have left a device without its certificate. */
async function isFunded(folder: string, currency: string): Promise<boolean> {
  if ((await findSettings('device', folder)) === undefined) return false;
  const balances = await withDevice(folder, SAMPLE_PASSPHRASE, (device) => device.balances());
  return balances.some((balance) => balance.currency === currency);
}

/** Registers a device and sets money aside for it in a currency, as much as the policy allows; once. */
async function fundDevice(run: OfflineRun, row: Row): Promise<void> {
  const { clients, bank } = run;
  const { customerId, currency } = row;
  const folder = deviceFolder(run, { ...row, device: 'own' });
  if (await isFunded(folder, currency)) return;
  const { publicKey } = await openKey(folder, SAMPLE_PASSPHRASE);
  const { identity } = await clients.client('bank', 'teller');
  await identity.registerDevice({ customerId, deviceId: DEVICE_ID, publicKey });
  const { offline: policy } = await identity.readPolicy({});
  const amount = policy.caps[currency]?.total ?? '0';
  const request = { customerId, deviceId: DEVICE_ID, publicKey, currency, amount };
  const { bytes } = await bank.fund(request);
  const { issuers = [] } = run.news;
  await writeSettings(folder, {
    ...{ party: 'device', customerId, deviceId: DEVICE_ID },
    ...{ issuers, marks: marksOf(folder) },
  });
  await withDevice(folder, SAMPLE_PASSPHRASE, (device) => device.importCertificate(bytes, issuers));
}

const cannotCertify = (error: unknown): boolean =>
  error instanceof RefusedError ||
  (error instanceof NetworkError && error.code === 'LICENCE_TOO_LONG');

/** The till's certificate by the merchant's bank; a merchant without a licence has none, and its customers read so. */
async function payeeOf(
  { bank, names }: OfflineRun,
  till: Pick<TerminalSettings, 'merchantId' | 'terminalId'>,
  publicKey: string,
): Promise<Pick<BankNews, 'payee'>> {
  const { merchantId, terminalId } = till;
  const name = names.get(merchantId) ?? merchantId;
  try {
    return { payee: await bank.certifyPayee({ merchantId, terminalId, publicKey, name }) };
  } catch (error) {
    if (cannotCertify(error)) return {};
    throw error;
  }
}

async function openTill(run: OfflineRun, merchantId: string): Promise<void> {
  const folder = terminalFolder(run, merchantId);
  const { channel } = run.clients;
  const { roots } = run.bank;
  const settings: TerminalSettings = {
    ...{ party: 'terminal', channel, merchantId, terminalId: 'till-1' },
    ...{ roots, marks: marksOf(folder) },
  };
  const { publicKey } = await openKey(folder, SAMPLE_PASSPHRASE);
  await writeSettings(folder, settings);
  const news = { ...run.news, ...(await payeeOf(run, settings, publicKey)) };
  await withTerminal(folder, SAMPLE_PASSPHRASE, (terminal) => terminal.learn(news));
}

async function copyDevice(own: string, copy: string): Promise<void> {
  const [from, to] = [marksOf(own), marksOf(copy)];
  cpSync(join(own, from), join(copy, to), { recursive: true });
  cpSync(own, copy, { recursive: true });
  await writeSettings(copy, { ...(await readSettings('device', copy)), marks: to });
}

/** The attack that no software on the device can prevent: all of it is copied, key and mark and all, before it pays. */
async function copyDevices(run: OfflineRun, rows: readonly Row[]): Promise<void> {
  for (const row of rows.filter(({ device }) => device === 'copy')) {
    const copy = deviceFolder(run, row);
    if (!existsSync(copy)) await copyDevice(deviceFolder(run, { ...row, device: 'own' }), copy);
  }
}

async function writePicture(file: string, bytes: Uint8Array): Promise<void> {
  makeFolder(dirname(file));
  writeFileSync(file, await qrPng(bytes), { mode: SECRET_FILE });
}

/** What both sides had in hand, with no network. */
interface Exchanged {
  /** The code of what the terminal or the device refused, or null. */
  readonly refused: string | null;
  readonly receipt: boolean;
}

/** A device that cannot tell who signed keeps no receipt. */
async function keepReceipt(run: OfflineRun, row: Row, receipt: Buffer): Promise<boolean> {
  try {
    await withDevice(deviceFolder(run, row), SAMPLE_PASSPHRASE, (device) =>
      device.importReceipt(receipt),
    );
    return true;
  } catch (error) {
    if (error instanceof RefusedError) return false;
    throw error;
  }
}

/** One payment: request, voucher and receipt, each as a picture. */
async function exchange(run: OfflineRun, terminal: Terminal, row: Row): Promise<Exchanged> {
  const { merchantId, orderNumber, amount, currency } = row;
  const picture = (kind: string): string =>
    join(run.folder, 'qr', `${merchantId}-${orderNumber}-${kind}.png`);
  const request = await terminal.request({ orderNumber, amount, currency });
  await writePicture(picture('request'), request.bytes);
  const payment = await withDevice(deviceFolder(run, row), SAMPLE_PASSPHRASE, (device) =>
    device.pay(request.bytes),
  );
  await writePicture(picture('voucher'), payment.bytes);
  const acceptance = await terminal.accept(orderNumber, payment.bytes);
  if (!acceptance.accepted) return { refused: acceptance.code, receipt: false };
  await writePicture(picture('receipt'), acceptance.receipt);
  return { refused: null, receipt: await keepReceipt(run, row, acceptance.receipt) };
}

async function pay(run: OfflineRun, row: Row): Promise<Exchanged> {
  const folder = terminalFolder(run, row.merchantId);
  return withTerminal(folder, SAMPLE_PASSPHRASE, async (terminal) => {
    try {
      return await exchange(run, terminal, row);
    } catch (error) {
      if (error instanceof OffpayError) return { refused: error.code, receipt: false };
      throw error;
    }
  });
}

/** The terminal is back in reach. */
async function settle(run: OfflineRun, merchantId: string): Promise<void> {
  const connection = await run.clients.connection('merchant', 'terminal', merchantId);
  await withTerminal(terminalFolder(run, merchantId), SAMPLE_PASSPHRASE, async (terminal) => {
    await terminal.sync(terminalLedger(connection));
    for (const { voucherDigest, orderNumber, proof } of await terminal.proofs())
      if (proof !== null)
        await terminal.saveProof(
          voucherDigest,
          join(run.folder, `${orderNumber}.fraud-proof.json`),
        );
  });
}

async function outcomeOf(
  run: OfflineRun,
  row: Row,
  { refused, receipt }: Exchanged,
): Promise<OfflineOutcome> {
  const { line, merchantId, orderNumber } = row;
  const of = { line, merchantId, orderNumber, receipt };
  if (refused !== null) return { ...of, state: 'refusedOffline', reason: refused };
  const payment = await withTerminal(
    terminalFolder(run, merchantId),
    SAMPLE_PASSPHRASE,
    (terminal) => terminal.payment(orderNumber),
  );
  return { ...of, state: payment?.status ?? 'waiting', reason: payment?.verdict ?? null };
}

/** Units 19 and 20: the bank keeps for its customers what the ledger says that they paid, and tells them. */
async function remember(run: OfflineRun, records: PurchaseRecords, row: Row): Promise<void> {
  const { merchantId, orderNumber } = row;
  const { offline } = await run.clients.client('bank', 'bank-node');
  const { payments } = await offline.listPayments({ merchantId, orderNumber });
  for (const { customerId, currency, amount, at } of payments)
    await records.recordPurchase({
      ...{ customerId, merchantId, orderNumber, currency },
      ...{ fee: '0', total: amount, purchasedAt: at, mode: 'offline', lines: [] },
    });
}

const distinct = (rows: readonly Row[], keyOf: (row: Row) => string): Row[] => [
  ...new Map(rows.map((row) => [keyOf(row), row])).values(),
];

/** What a run is told. */
export interface OfflineInput {
  /** Of devices, terminals, pictures and proofs. */
  readonly folder: string;
  readonly rows: readonly Row[];
  readonly merchants: readonly Pick<Merchant, 'merchantId' | 'name'>[];
}

const accountOf = ({ customerId, currency }: Row): string => `${customerId}/${currency}`;

/** The code of what kept a device from its money, by customer and currency: no other row waits for it. */
type Unprepared = ReadonlyMap<string, string>;

/** A customer's device is one folder: its currencies come one after another. */
async function fundDevices(run: OfflineRun, rows: readonly Row[]): Promise<Unprepared> {
  const unprepared = new Map<string, string>();
  const accounts = distinct(rows, accountOf);
  const customers = [...new Set(accounts.map(({ customerId }) => customerId))];
  await inParallel(customers, AT_ONCE, async (customer) => {
    for (const row of accounts.filter(({ customerId }) => customerId === customer))
      try {
        await fundDevice(run, row);
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        unprepared.set(accountOf(row), error.code);
      }
  });
  return unprepared;
}

/** Prepares devices and terminals while there is a network. */
async function prepare(clients: Clients, { folder, rows, merchants }: OfflineInput) {
  const bank = await OfflineBank.open(clients);
  const names = new Map(merchants.map(({ merchantId, name }) => [merchantId, name]));
  const run: OfflineRun = { clients, bank, folder, names, news: await bank.news() };
  const unprepared = await fundDevices(run, rows);
  const tills = distinct(rows, ({ merchantId }) => merchantId);
  await inParallel(tills, AT_ONCE, ({ merchantId }) => openTill(run, merchantId));
  await copyDevices(run, rows);
  writeFileSync(join(folder, 'bank-ca.pem'), bank.issuer.row.authority);
  return { run, tills, unprepared };
}

/** What the bank keeps for its customers. */
type PurchaseRecords = BankStaff['node'];

/** Makes and settles the payments. Repeating it pays nothing twice: devices and terminals remember. */
export async function payOffline(
  clients: Clients,
  records: PurchaseRecords,
  input: OfflineInput,
): Promise<OfflineOutcome[]> {
  const { folder, rows } = input;
  if (rows.length === 0) return [];
  makeFolder(folder);
  const { run, tills, unprepared } = await prepare(clients, input);
  const exchanged: (readonly [Row, Exchanged])[] = [];
  for (const row of rows) {
    const refused = unprepared.get(accountOf(row));
    exchanged.push([
      row,
      refused === undefined ? await pay(run, row) : { refused, receipt: false },
    ]);
  }
  for (const { merchantId } of tills) await settle(run, merchantId);
  const outcomes: OfflineOutcome[] = [];
  for (const [row, had] of exchanged) outcomes.push(await outcomeOf(run, row, had));
  for (const row of rows) await remember(run, records, row);
  return outcomes;
}
