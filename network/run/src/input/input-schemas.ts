// SPDX-License-Identifier: Apache-2.0
// The JSON Schemas of the input files, made from the same definitions that read them.
import * as z from 'zod';
import { INPUT_FILE_NAMES, ROW_DEFINITIONS, type InputName } from './row-definitions.js';

const TITLES: Readonly<Record<InputName, string>> = {
  merchants: 'A row of merchants.csv: who sells, and what the licence covers.',
  goods: "A row of goods.csv: an article of a merchant's catalogue.",
  couriers: 'A row of couriers.csv: who carries what, where, at which price.',
  customers: 'A row of customers.csv: whom the bank enrols. Personal data.',
  orders: 'A row of orders.csv: what a customer does.',
  merchantOrders: "A row of merchant-orders.csv: an order in the merchant's own books.",
  waybills: "A row of waybills.csv: a consignment in the logistics company's own books.",
  offlinePayments: 'A row of offline-payments.csv: a payment without a network.',
};

const schemaOf = (name: InputName): object => ({
  ...z.toJSONSchema(ROW_DEFINITIONS[name].columns, { io: 'input', target: 'draft-2020-12' }),
  title: TITLES[name],
});

/**
 * @returns JSON Schemas (2020-12) by file name without extension (`merchants`, …, `waybills`, `offline-payments`).
 * Each describes a row as an object of cell texts by header name. Check digits, ISO 4217 and references between
 * files go beyond JSON Schema: only the loader checks them.
 */
export const inputSchemas = (): Record<string, object> =>
  Object.fromEntries(
    (Object.keys(ROW_DEFINITIONS) as InputName[]).map((name) => [
      INPUT_FILE_NAMES[name],
      schemaOf(name),
    ]),
  );
