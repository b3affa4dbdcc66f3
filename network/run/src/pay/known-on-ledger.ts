// SPDX-License-Identifier: Apache-2.0
// Reads from the ledger what files refer to but do not contain.
import { inParallel } from '@fabric-offline-pay/node-common';
import type { LedgerClients } from '@fabric-offline-pay/operate';
import { ifFound, type Client } from '@fabric-offline-pay/sdk';
import type { InputTables } from '../input/check-references.js';
import type { Known, KnownCustomer, Registered } from '../input/known.js';
import type { ReadInput } from '../input/load-input.js';
import { Devices } from './enrolment.js';
import { enrolledRows } from './enrolled-from.js';

const AT_ONCE = 16;

/** Reads each key. @returns the entries that exist. */
async function readAll<Found>(
  keys: Iterable<string>,
  ask: (key: string) => Promise<Found | undefined>,
): Promise<Map<string, Found>> {
  const answers = new Map<string, Found>();
  await inParallel([...keys], AT_ONCE, async (key) => {
    const answer = await ask(key);
    if (answer !== undefined) answers.set(key, answer);
  });
  return answers;
}

function missingKeys(wanted: readonly string[], had: readonly string[]): Set<string> {
  const known = new Set(had);
  return new Set(wanted.filter((key) => !known.has(key)));
}

const articleOf = (merchantId: string, gtin: string): string => `${merchantId}/${gtin}`;

/** The keys that rows refer to and no file contains, by kind. */
function lackingIn(tables: InputTables) {
  const { merchants, goods, couriers, customers, orders, merchantOrders } = tables;
  const { waybills, offlinePayments } = tables;
  const withLines = [...orders.rows, ...merchantOrders.rows, ...waybills.rows];
  const buying = [...orders.rows, ...merchantOrders.rows, ...offlinePayments.rows];
  const selling = [...goods.rows, ...withLines, ...offlinePayments.rows];
  return {
    merchants: missingKeys(
      selling.map(({ merchantId }) => merchantId),
      merchants.rows.map(({ merchantId }) => merchantId),
    ),
    customers: missingKeys(
      buying.map(({ customerId }) => customerId),
      customers.rows.map(({ customerId }) => customerId),
    ),
    goods: missingKeys(
      withLines.flatMap(({ merchantId, lines }) =>
        lines.map(({ gtin }) => articleOf(merchantId, gtin)),
      ),
      goods.rows.map(({ merchantId, gtin }) => articleOf(merchantId, gtin)),
    ),
    logistics: missingKeys(
      waybills.rows.map(({ logisticsId }) => logisticsId),
      couriers.rows.map(({ logisticsId }) => logisticsId),
    ),
  };
}

async function findGoods(ledger: Client, article: string): Promise<Registered | undefined> {
  const [merchantId = '', gtin = ''] = article.split('/');
  return ifFound(ledger.goods.readGoods({ merchantId, gtin }), 'GOODS_UNKNOWN');
}

/** @throws what a query throws, except that an entry does not exist. Nothing was sent yet */
export async function knownOnLedger(
  clients: LedgerClients,
  { tables }: ReadInput,
  folder: string,
): Promise<Known> {
  const ledger = await clients.client('bank', 'auditor');
  const lacking = lackingIn(tables);
  const merchants = await readAll(lacking.merchants, (merchantId) =>
    ifFound(ledger.goods.readMerchant({ merchantId }), 'MERCHANT_UNKNOWN'),
  );
  const goods = await readAll(lacking.goods, (article) => findGoods(ledger, article));
  const companies = [...lacking.logistics, clients.organisation('logistics').actor];
  const fleets = await readAll(companies, async (logisticsId) => {
    const { couriers } = await ledger.logistics.listCouriers({ logisticsId });
    return couriers.length === 0 ? undefined : couriers;
  });
  const enrolled = await readAll(lacking.customers, (customerId) =>
    ifFound(ledger.identity.readCustomer({ customerId }), 'CUSTOMER_UNKNOWN'),
  );
  return {
    merchants: new Set(merchants.keys()),
    couriers: new Set([...fleets.values()].flat().map(({ courierId }) => courierId)),
    logistics: new Set(fleets.keys()),
    customers: customersAtHand(folder, new Set(enrolled.keys())),
    goods,
  };
}

function customersAtHand(
  folder: string,
  enrolled: ReadonlySet<string>,
): ReadonlyMap<string, KnownCustomer> {
  const devices = Devices.in(folder);
  const rows = enrolledRows(folder, enrolled);
  return new Map(
    [...enrolled].map((id) => [id, { hasDevice: devices.has(id), row: rows.get(id) }]),
  );
}
