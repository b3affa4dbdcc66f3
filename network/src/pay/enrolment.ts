// SPDX-License-Identifier: Apache-2.0
// Before anyone can pay: merchants licensed, goods and couriers registered, customers enrolled with device and money.
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InputOf } from '@fabric-offline-pay/domain';
import type { LoadedInput } from '../input/load-input';
import type { Courier } from '../input/rows/courier';
import type { Customer } from '../input/rows/customer';
import type { Goods } from '../input/rows/goods';
import type { Merchant } from '../input/rows/merchant';
import type { Clients } from '../ledger/clients';
import { inParallel } from '../system/in-parallel';
import type { BankStaff } from './bank-staff';

const DEVICE_ID = 'phone';
const GOODS_A_TRANSACTION = 100;

const AT_ONCE = 32;

/** The last second of a day, in seconds since 1970. */
const endOfDay = (date: string): number => Date.parse(`${date}T23:59:59Z`) / 1000;

function groupBy<Entry>(
  entries: readonly Entry[],
  keyOf: (entry: Entry) => string,
): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries)
    groups.set(keyOf(entry), [...(groups.get(keyOf(entry)) ?? []), entry]);
  return groups;
}

const chunksOf = <Entry>(entries: readonly Entry[], size: number): Entry[][] =>
  Array.from({ length: Math.ceil(entries.length / size) }, (_, index) =>
    entries.slice(index * size, (index + 1) * size),
  );

async function licenseMerchants(clients: Clients, rows: readonly Merchant[]): Promise<void> {
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
  const bankId = clients.organisation('bank').actor;
  if (merchants.length > 0) await teller.goods.licenseMerchants({ bankId, merchants });
}

async function registerGoods(
  clients: Clients,
  merchantId: string,
  rows: readonly Goods[],
): Promise<void> {
  const cashier = await clients.client('merchant', 'cashier', merchantId);
  for (const chunk of chunksOf(rows, GOODS_A_TRANSACTION)) {
    const goods = chunk.map(
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
        ...{ gtin, category, price, currency, origin, certificate, weightGrams, withdrawn },
        location: { ...location },
      }),
    );
    await cashier.goods.registerGoods({ merchantId, goods });
  }
}

async function registerCouriers(
  clients: Clients,
  logisticsId: string,
  rows: readonly Courier[],
): Promise<void> {
  const dispatcher = await clients.client('logistics', 'dispatcher', logisticsId);
  const couriers = rows.map(({ courierId, depot, tariffs, areas, categories }) => ({
    courierId,
    active: true,
    ...{ depot, tariffs, areas, categories },
  }));
  await dispatcher.logistics.registerCouriers({ logisticsId, couriers });
}

/** The customers' phones: a private key each, in files that only their owner can read. */
export class Devices {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  key(customerId: string): KeyObject {
    const file = join(this.#folder, `${customerId}.pem`);
    if (existsSync(file)) return createPrivateKey(readFileSync(file));
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
    return privateKey;
  }
}

const publicKeyOf = (key: KeyObject): string =>
  createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64');

/** The bank learns the person, the ledger a pseudonym, a device key and a token. */
async function enrolCustomer(
  clients: Clients,
  frontOffice: BankStaff['teller'],
  devices: Devices,
  row: Customer,
): Promise<void> {
  const { customerId, name, phone, email, birthDate, password, currency, balance, instrument } =
    row;
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
  const token = `token-${customerId}`;
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

/** By the teller; above the policy's sum the bank's operator confirms it. */
async function issueOpening(
  clients: Clients,
  opening: InputOf<'settlement', 'issue'>,
): Promise<void> {
  const teller = await clients.client('bank', 'teller');
  const { result } = await teller.settlement.issue(opening);
  if (result.state === 'issued') return;
  const operator = await clients.client('bank', 'operator');
  await operator.settlement.confirmIssue(opening);
}

/** Registers everything that the input files name. Repeating it changes nothing. */
export async function enrolAll(
  clients: Clients,
  frontOffice: BankStaff['teller'],
  devices: Devices,
  input: LoadedInput,
): Promise<void> {
  await licenseMerchants(clients, input.merchants);
  const catalogue = [...groupBy(input.goods, (row) => row.merchantId)];
  const fleets = [...groupBy(input.couriers, (row) => row.logisticsId)];
  await Promise.all([
    inParallel(catalogue, AT_ONCE, ([merchantId, rows]) =>
      registerGoods(clients, merchantId, rows),
    ),
    inParallel(fleets, AT_ONCE, ([logisticsId, rows]) =>
      registerCouriers(clients, logisticsId, rows),
    ),
    inParallel(input.customers, AT_ONCE, (row) =>
      enrolCustomer(clients, frontOffice, devices, row),
    ),
  ]);
}
