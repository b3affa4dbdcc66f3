// SPDX-License-Identifier: Apache-2.0
// Enrols everybody before they can pay: licenses merchants, registers goods and couriers, enrols customers with device and money.
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InputOf } from '@fabric-offline-pay/domain';
import { inParallel } from '@fabric-offline-pay/node-common';
import type { LedgerClients } from '@fabric-offline-pay/operate';
import type { LoadedInput } from '../input/load-input.js';
import type { RowSource } from '../input/problem.js';
import type { Sourced } from '../input/read-rows.js';
import type { Courier } from '../input/rows/courier.js';
import type { Customer } from '../input/rows/customer.js';
import type { Goods } from '../input/rows/goods.js';
import type { Merchant } from '../input/rows/merchant.js';
import type { BankStaff } from './bank-staff.js';
import type { OutsideWorld } from './outside-world.js';
import { failureOf, type Failure } from './failure.js';

const DEVICE_ID = 'phone';
const ROWS_A_TRANSACTION = 100;

const AT_ONCE = 32;

/** The last second of a day, in seconds since 1970. */
const endOfDay = (date: string): number => Date.parse(`${date}T23:59:59Z`) / 1000;

function groupBy<Entry>(
  entries: readonly Entry[],
  keyOf: (entry: Entry) => string,
): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const group = groups.get(keyOf(entry));
    if (group === undefined) groups.set(keyOf(entry), [entry]);
    else group.push(entry);
  }
  return groups;
}

const chunksOf = <Entry>(entries: readonly Entry[], size: number): Entry[][] =>
  Array.from({ length: Math.ceil(entries.length / size) }, (_, index) =>
    entries.slice(index * size, (index + 1) * size),
  );

/** The results of the rows of one enrolment file. */
export interface Enrolment {
  readonly done: number;
  readonly failed: readonly FailedRow[];
}

/** A row that was not enrolled. */
export interface FailedRow extends RowSource, Pick<Failure, 'code' | 'isRefusal'> {}

const failedRow =
  (error: unknown) =>
  ({ file, line }: RowSource): FailedRow => {
    const { code, isRefusal } = failureOf(error);
    return { file, line, code, isRefusal };
  };

/** Sends rows together. When a rule refuses, sends halves, until the refused row is known. */
async function inBatch<Row extends RowSource>(
  rows: readonly Row[],
  send: (rows: readonly Row[]) => Promise<unknown>,
): Promise<readonly FailedRow[]> {
  if (rows.length === 0) return [];
  try {
    await send(rows);
    return [];
  } catch (error) {
    if (rows.length === 1 || !failureOf(error).isRefusal) return rows.map(failedRow(error));
    const half = Math.ceil(rows.length / 2);
    const first = await inBatch(rows.slice(0, half), send);
    return [...first, ...(await inBatch(rows.slice(half), send))];
  }
}

const enrolmentOf = (
  rows: readonly RowSource[],
  failed: readonly (readonly FailedRow[])[],
): Enrolment => {
  const all = failed.flat().sort((a, b) => a.line - b.line);
  return { done: rows.length - all.length, failed: all };
};

async function licenseMerchants(
  clients: LedgerClients,
  rows: readonly Sourced<Merchant>[],
): Promise<void> {
  const teller = await clients.client('bank', 'teller');
  const merchants = rows.map(({ merchantId, licence, categories }) => ({
    merchantId,
    mspId: clients.organisation('merchant').mspId,
    active: true,
    licence:
      licence === null
        ? null
        : { number: licence.number, validUntil: endOfDay(licence.validUntil) },
    categories,
  }));
  await teller.goods.licenseMerchants({ bankId: clients.organisation('bank').actor, merchants });
}

async function registerGoods(
  clients: LedgerClients,
  merchantId: string,
  rows: readonly Sourced<Goods>[],
): Promise<void> {
  const cashier = await clients.client('merchant', 'cashier', merchantId);
  const goods = rows.map(
    ({
      gtin,
      category,
      price,
      currency,
      origin,
      certificate,
      weightGrams,
      location,
      withdrawn,
    }) => ({
      gtin,
      category,
      price,
      currency,
      origin,
      certificate,
      weightGrams,
      withdrawn,
      location: { ...location },
    }),
  );
  await cashier.goods.registerGoods({ merchantId, goods });
}

async function registerCouriers(
  clients: LedgerClients,
  logisticsId: string,
  rows: readonly Sourced<Courier>[],
): Promise<void> {
  const dispatcher = await clients.client('logistics', 'dispatcher', logisticsId);
  const couriers = rows.map(({ courierId, depot, tariffs, areas, categories }) => ({
    courierId,
    active: true,
    depot,
    tariffs,
    areas,
    categories,
  }));
  await dispatcher.logistics.registerCouriers({ logisticsId, couriers });
}

/** The customers' devices: one private key each, in files that only the owner can read. */
export class Devices {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param folder of the runs */
  static in(folder: string): Devices {
    const devices = join(folder, 'devices');
    mkdirSync(devices, { recursive: true, mode: 0o700 });
    return new Devices(devices);
  }

  has(customerId: string): boolean {
    return existsSync(this.#fileOf(customerId));
  }

  /** Makes a key if there is none yet. */
  key(customerId: string): KeyObject {
    const file = this.#fileOf(customerId);
    if (this.has(customerId)) return createPrivateKey(readFileSync(file));
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
    return privateKey;
  }

  #fileOf(customerId: string): string {
    return join(this.#folder, `${customerId}.pem`);
  }
}

const publicKeyOf = (key: KeyObject): string =>
  createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64');

/** Where people are enrolled. */
export interface EnrolmentDesks {
  readonly frontOffice: BankStaff['teller'];
  readonly devices: Devices;
  /** Where the accounts behind instruments are; without it, in the bank's own book. */
  readonly outside?: Pick<OutsideWorld, 'openAccount'> | undefined;
}

/** The bank stores the person, the ledger only a pseudonym, a device key and a token. */
async function enrolCustomer(
  clients: LedgerClients,
  { frontOffice, devices, outside }: EnrolmentDesks,
  row: Customer,
): Promise<void> {
  const { customerId, name, phone, email, birthDate, password, currency, balance, instrument } =
    row;
  const token = `token-${customerId}`;
  const addresses = row.addresses.map(({ street, city, country, place }) => ({
    street,
    city,
    country,
    ...place,
  }));
  const { missing } = await frontOffice.enrol({
    customerId,
    name,
    phone,
    email,
    birthDate,
    password,
    addresses,
    deviceId: DEVICE_ID,
  });
  const teller = await clients.client('bank', 'teller');
  const bankId = clients.organisation('bank').actor;
  await teller.identity.enrolCustomer({ customerId, bankId, missing });
  if (row.instrumentBalance !== null) {
    const account = { token, currency, balance: row.instrumentBalance };
    await (outside?.openAccount({ kind: instrument, ...account }) ??
      frontOffice.openAccount(account));
  }
  await Promise.all([
    teller.identity.registerDevice({
      customerId,
      deviceId: DEVICE_ID,
      publicKey: publicKeyOf(devices.key(customerId)),
    }),
    teller.settlement.linkInstrument({ customerId, token, kind: instrument }),
  ]);
  const opening = { issueId: `opening-${customerId}`, customerId, token, currency };
  if (balance !== '0') await issueOpening(clients, { ...opening, amount: balance });
}

/** The teller issues it. Above the policy's sum, the bank's operator confirms it. */
async function issueOpening(
  clients: LedgerClients,
  opening: InputOf<'settlement', 'issue'>,
): Promise<void> {
  const teller = await clients.client('bank', 'teller');
  const { result } = await teller.settlement.issue(opening);
  if (result.state === 'issued') return;
  const operator = await clients.client('bank', 'operator');
  await operator.settlement.confirmIssue(opening);
}

/** Sends groups in parallel, and each group in batches. */
async function enrolGroups<Row extends RowSource>(
  rows: readonly Row[],
  ownerOf: (row: Row) => string,
  send: (owner: string, rows: readonly Row[]) => Promise<unknown>,
): Promise<Enrolment> {
  const failed: (readonly FailedRow[])[] = [];
  await inParallel([...groupBy(rows, ownerOf)], AT_ONCE, async ([owner, owned]) => {
    for (const chunk of chunksOf(owned, ROWS_A_TRANSACTION))
      failed.push(await inBatch(chunk, (batch) => send(owner, batch)));
  });
  return enrolmentOf(rows, failed);
}

/** The files that are enrolled before anything is run. */
export type EnrolledFiles = Pick<LoadedInput, 'merchants' | 'goods' | 'couriers' | 'customers'>;

/** The results of each file. */
export type Enrolments = Readonly<Record<keyof EnrolledFiles, Enrolment>>;

/** Registers everything in the input files. A row that fails does not stop the others. Repeating it changes nothing. */
export async function enrolAll(
  clients: LedgerClients,
  desks: EnrolmentDesks,
  input: EnrolledFiles,
): Promise<Enrolments> {
  // Licenses come first, because goods need licensed merchants.
  const merchants = await enrolGroups(
    input.merchants,
    () => 'bank',
    (_, rows) => licenseMerchants(clients, rows),
  );
  const [goods, couriers, customers] = await Promise.all([
    enrolGroups(
      input.goods,
      ({ merchantId }) => merchantId,
      (merchantId, rows) => registerGoods(clients, merchantId, rows),
    ),
    enrolGroups(
      input.couriers,
      ({ logisticsId }) => logisticsId,
      (logisticsId, rows) => registerCouriers(clients, logisticsId, rows),
    ),
    enrolGroups(
      input.customers,
      ({ customerId }) => customerId,
      async (_, [row]) => row && enrolCustomer(clients, desks, row),
    ),
  ]);
  return { merchants, goods, couriers, customers };
}
