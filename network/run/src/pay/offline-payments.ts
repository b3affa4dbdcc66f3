// SPDX-License-Identifier: Apache-2.0
// A run's payments without a network: funds devices, exchanges QR codes, settles, and reports the result of each.
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { inParallel, makeFolder, NetworkError, SECRET_FILE } from '@fabric-offline-pay/node-common';
import type { LedgerClients } from '@fabric-offline-pay/operate';
import { OfflineError, RefusedError, terminalLedger } from '@fabric-offline-pay/sdk';
import { qrPng, type BankNews, type Terminal } from '@fabric-offline-pay/sdk/offline';
import type { Sourced } from '../input/read-rows.js';
import type { Merchant } from '../input/rows/merchant.js';
import type { OfflinePayment } from '../input/rows/offline-payment.js';
import type { OfflineBank } from '../offline/offline-bank.js';
import { openKey, withDevice, withTerminal } from '../offline/party-folder.js';
import {
  findSettings,
  readSettings,
  writeSettings,
  type TerminalSettings,
} from '../offline/party-settings.js';
import type { BankStaff } from './bank-staff.js';
import { codeOf } from './failure.js';
import { groupsThatShare } from './groups-that-share.js';

/** Passphrase of the key files of a run's devices and terminals, which belong to invented people. */
export const SAMPLE_PASSPHRASE = 'sample';

const DEVICE_ID = 'wallet';

/** Beside the folders, so that a run leaves nothing elsewhere. Each has its own place, so that a copied device has a copied mark. */
const marksOf = (folder: string): string =>
  join('..', '..', 'marks', basename(dirname(folder)), basename(folder));

const AT_ONCE = 16;

/** The result of one row. */
export interface OfflineOutcome {
  readonly line: number;
  readonly merchantId: string;
  readonly orderNumber: string;
  /**
   * `refusedOffline`: by the terminal or the device, without a network. `refused`: by the ledger, at settlement. `waiting`: accepted,
   * but not settled yet. `unfinished`: something did not answer before anything was paid. The next run continues both.
   */
  readonly state: 'settled' | 'waiting' | 'refused' | 'refusedOffline' | 'unfinished';
  /** The code of the refusal or failure, or the verdict. */
  readonly reason: string | null;
  /** Whether the ledger has the payment at the end of the run. */
  readonly onLedger: boolean;
  /** The code of a failure after the settlement: the customer got no message. The next run sends it. */
  readonly untold: string | null;
  /** The device has verified and stored the terminal's receipt. */
  readonly receipt: boolean;
}

type Row = Sourced<OfflinePayment>;

/** The context of a run: its parties' folders, and whom they trust. */
interface OfflineRun {
  readonly clients: LedgerClients;
  readonly bank: OfflineBank;
  readonly news: BankNews;
  readonly folder: string;
  /** The merchants' names for customers, by merchant id. */
  readonly names: ReadonlyMap<string, string>;
}

const deviceFolder = ({ folder }: OfflineRun, { customerId, device }: Row): string =>
  join(folder, 'devices', device === 'copy' ? `${customerId}-copy` : customerId);

const terminalFolder = ({ folder }: OfflineRun, merchantId: string): string =>
  join(folder, 'terminals', merchantId);

/** An interrupted run may have left a device without its certificate. */
async function isFunded(folder: string, currency: string): Promise<boolean> {
  if ((await findSettings('device', folder)) === undefined) return false;
  const balances = await withDevice(folder, SAMPLE_PASSPHRASE, (device) => device.balances());
  return balances.some((balance) => balance.currency === currency);
}

/** Registers a device and sets aside as much money as the policy allows, in one currency, once. */
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
    party: 'device',
    customerId,
    deviceId: DEVICE_ID,
    issuers,
    marks: marksOf(folder),
  });
  await withDevice(folder, SAMPLE_PASSPHRASE, (device) => device.importCertificate(bytes, issuers));
}

const cannotCertify = (error: unknown): boolean =>
  error instanceof RefusedError ||
  (error instanceof NetworkError && error.code === 'LICENCE_TOO_LONG');

/** The till's certificate from the merchant's bank. A merchant without a licence has none, and its customers read that. */
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
    party: 'terminal',
    channel,
    merchantId,
    terminalId: 'till-1',
    roots,
    marks: marksOf(folder),
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

async function writePicture(file: string, bytes: Uint8Array): Promise<void> {
  makeFolder(dirname(file));
  writeFileSync(file, await qrPng(bytes), { mode: SECRET_FILE });
}

/** The end of a row, for its outcome. */
type Ending = Pick<OfflineOutcome, 'reason'> & {
  readonly state: 'refusedOffline' | 'unfinished';
};

/** What both parties have during a payment without a network. */
interface Exchanged {
  readonly ended: Ending | undefined;
  readonly receipt: boolean;
}

/** Distinguishes, by the SDK's codes, a rule of device or terminal from something that did not answer. */
function endingOf(error: unknown): Ending {
  const reason = codeOf(error);
  const isRule = error instanceof RefusedError || error instanceof OfflineError;
  return { state: isRule ? 'refusedOffline' : 'unfinished', reason };
}

/** A device that cannot verify the signer keeps no receipt. */
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

/** Makes one payment: request, voucher and receipt, each as a picture. */
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
  if (!acceptance.accepted)
    return { ended: { state: 'refusedOffline', reason: acceptance.code }, receipt: false };
  await writePicture(picture('receipt'), acceptance.receipt);
  return { ended: undefined, receipt: await keepReceipt(run, row, acceptance.receipt) };
}

async function makePayment(run: OfflineRun, row: Row): Promise<Exchanged> {
  const folder = terminalFolder(run, row.merchantId);
  try {
    return await withTerminal(folder, SAMPLE_PASSPHRASE, (terminal) =>
      exchange(run, terminal, row),
    );
  } catch (error) {
    return { ended: endingOf(error), receipt: false };
  }
}

/** The terminal has a network again. */
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

/**
 * Which of two contradicting vouchers is paid is decided by who settles first: tills at which a copied device paid settle in the order of
 * the file.
 */
export function settlingTurns(
  sellers: readonly string[],
  rows: readonly Pick<OfflinePayment, 'customerId' | 'device' | 'merchantId'>[],
): string[][] {
  const copied = new Set(
    rows.filter(({ device }) => device === 'copy').map(({ customerId }) => customerId),
  );
  return groupsThatShare(sellers, (seller) =>
    rows
      .filter(({ merchantId, customerId }) => merchantId === seller && copied.has(customerId))
      .map(({ customerId }) => customerId),
  );
}

/** Tries for each key of each group, those of one group one after another; @returns the codes of those that failed. */
async function failuresInTurns(
  groups: readonly (readonly string[])[],
  work: (key: string) => Promise<void>,
): Promise<ReadonlyMap<string, Ending>> {
  const failed = new Map<string, Ending>();
  await inParallel(groups, AT_ONCE, async (keys) => {
    for (const key of keys)
      try {
        await work(key);
      } catch (error) {
        failed.set(key, endingOf(error));
      }
  });
  return failed;
}

/** Tries for each key; @returns the codes of those that failed. */
const failuresOf = (keys: readonly string[], work: (key: string) => Promise<void>) =>
  failuresInTurns(
    keys.map((key) => [key]),
    work,
  );

/** The attack that no software on the device can prevent: the whole device is copied with key and mark before it pays. */
function copyDevices(run: OfflineRun, rows: readonly Row[]): Promise<ReadonlyMap<string, Ending>> {
  const copied = rows.filter(({ device }) => device === 'copy');
  const owners = new Map(copied.map((row) => [deviceFolder(run, row), row]));
  return failuresOf([...owners.keys()], async (copy) => {
    const row = owners.get(copy);
    if (row === undefined || existsSync(copy)) return;
    await copyDevice(deviceFolder(run, { ...row, device: 'own' }), copy);
  });
}

/** The terminal's state of an accepted payment, or why it did not settle. */
async function settledState(
  run: OfflineRun,
  { merchantId, orderNumber }: Row,
  unsettled: Ending | undefined,
): Promise<Pick<OfflineOutcome, 'state' | 'reason'>> {
  const folder = terminalFolder(run, merchantId);
  try {
    const payment = await withTerminal(folder, SAMPLE_PASSPHRASE, (terminal) =>
      terminal.payment(orderNumber),
    );
    const reason = payment?.verdict ?? unsettled?.reason ?? null;
    return { state: payment?.status ?? 'waiting', reason };
  } catch (error) {
    return { state: 'waiting', reason: codeOf(error) };
  }
}

/** The purchase that the bank stores for its customer. */
type PurchaseRecords = BankStaff['node'];

/** Units 19 and 20: the bank stores the payments on the ledger for its customers, and sends them messages. */
async function rememberPayment(
  run: OfflineRun,
  records: PurchaseRecords,
  { merchantId, orderNumber, ...row }: Row,
): Promise<Pick<OfflineOutcome, 'onLedger' | 'untold'>> {
  let onLedger = false;
  try {
    const { offline } = await run.clients.client('bank', 'bank-node');
    const { payments } = await offline.listPayments({ merchantId, orderNumber });
    onLedger = payments.some(({ customerId }) => customerId === row.customerId);
    for (const { customerId, currency, amount, at } of payments)
      await records.recordPurchase({
        customerId,
        merchantId,
        orderNumber,
        currency,
        fee: '0',
        total: amount,
        purchasedAt: at,
        mode: 'offline',
        lines: [],
      });
    return { onLedger, untold: null };
  } catch (error) {
    return { onLedger, untold: codeOf(error) };
  }
}

const distinct = (rows: readonly Row[], keyOf: (row: Row) => string): Row[] => [
  ...new Map(rows.map((row) => [keyOf(row), row])).values(),
];

/** The options of a run. */
export interface OfflineInput {
  /** Folder of devices, terminals, pictures and proofs. */
  readonly folder: string;
  readonly rows: readonly Row[];
  readonly merchants: readonly Pick<Merchant, 'merchantId' | 'name'>[];
}

const accountOf = ({ customerId, currency }: Row): string => `${customerId}/${currency}`;

/** Failures to fund a device, by customer and currency, and to open a terminal, by merchant. They do not stop other rows. */
interface Unprepared {
  readonly accounts: ReadonlyMap<string, Ending>;
  readonly tills: ReadonlyMap<string, Ending>;
}

/** A customer's device is one folder, so its currencies are funded one after the other. */
async function fundDevices(run: OfflineRun, rows: readonly Row[]): Promise<Unprepared['accounts']> {
  const unprepared = new Map<string, Ending>();
  const accounts = distinct(rows, accountOf);
  const customers = [...new Set(accounts.map(({ customerId }) => customerId))];
  await inParallel(customers, AT_ONCE, async (customer) => {
    for (const row of accounts.filter(({ customerId }) => customerId === customer))
      try {
        await fundDevice(run, row);
      } catch (error) {
        unprepared.set(accountOf(row), endingOf(error));
      }
  });
  return unprepared;
}

/** Prepares devices and terminals, with a network. */
async function prepareParties(
  clients: LedgerClients,
  bank: OfflineBank,
  { folder, rows, merchants }: OfflineInput,
) {
  makeFolder(folder);
  const names = new Map(merchants.map(({ merchantId, name }) => [merchantId, name]));
  const run: OfflineRun = { clients, bank, folder, names, news: await bank.news() };
  const accounts = await fundDevices(run, rows);
  const sellers = [...new Set(rows.map(({ merchantId }) => merchantId))];
  const tills = await failuresOf(sellers, (merchantId) => openTill(run, merchantId));
  writeFileSync(join(folder, 'bank-ca.pem'), bank.issuer.row.authority);
  return { run, sellers, unprepared: { accounts, tills } };
}

const unpaidOutcome = (row: Row, ending: Ending): OfflineOutcome => {
  const { line, merchantId, orderNumber } = row;
  return {
    line,
    merchantId,
    orderNumber,
    ...ending,
    receipt: false,
    onLedger: false,
    untold: null,
  };
};

/**
 * Makes and settles the payments. A failure does not stop the others. Repeating it pays nothing twice, because devices and terminals
 * remember.
 */
export async function payOffline(
  clients: LedgerClients,
  openBank: () => Promise<OfflineBank>,
  records: PurchaseRecords,
  input: OfflineInput,
): Promise<readonly OfflineOutcome[]> {
  const { rows } = input;
  if (rows.length === 0) return [];
  try {
    const { run, sellers, unprepared } = await prepareParties(clients, await openBank(), input);
    return await payAll(run, records, { rows, sellers, unprepared });
  } catch (error) {
    return rows.map((row) => unpaidOutcome(row, endingOf(error)));
  }
}

interface Prepared {
  readonly rows: readonly Row[];
  readonly sellers: readonly string[];
  readonly unprepared: Unprepared;
}

async function payAll(
  run: OfflineRun,
  records: PurchaseRecords,
  { rows, sellers, unprepared }: Prepared,
): Promise<readonly OfflineOutcome[]> {
  const { accounts, tills } = unprepared;
  const copies = await copyDevices(run, rows);
  const exchanged: (readonly [Row, Exchanged])[] = [];
  for (const row of rows) {
    const ended =
      accounts.get(accountOf(row)) ??
      tills.get(row.merchantId) ??
      copies.get(deviceFolder(run, row));
    exchanged.push([
      row,
      ended === undefined ? await makePayment(run, row) : { ended, receipt: false },
    ]);
  }
  const open = sellers.filter((merchantId) => !tills.has(merchantId));
  const turns = settlingTurns(open, rows);
  const unsettled = await failuresInTurns(turns, (merchantId) => settle(run, merchantId));
  const outcomes: OfflineOutcome[] = [];
  for (const [row, { ended, receipt }] of exchanged) {
    const { line, merchantId, orderNumber } = row;
    const state = ended ?? (await settledState(run, row, unsettled.get(merchantId)));
    const kept = await rememberPayment(run, records, row);
    outcomes.push({ line, merchantId, orderNumber, ...state, receipt, ...kept });
  }
  return outcomes;
}
