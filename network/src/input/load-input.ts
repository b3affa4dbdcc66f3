// SPDX-License-Identifier: Apache-2.0
// Loads the eight files of bank, merchants, logistics company and customers into typed rows and a list of problems.
import { NetworkError } from '../network-error';
import { ReferenceCheck, type InputTables } from './check-references.js';
import type { InputProblem } from './problem.js';
import { readRows, type Sourced } from './read-rows.js';
import { ROW_DEFINITIONS, type InputName } from './row-definitions.js';
import type { Courier } from './rows/courier.js';
import type { Customer } from './rows/customer.js';
import type { Goods } from './rows/goods.js';
import type { MerchantOrder } from './rows/merchant-order.js';
import type { Merchant } from './rows/merchant.js';
import type { OfflinePayment } from './rows/offline-payment.js';
import type { Order } from './rows/order.js';
import type { Waybill } from './rows/waybill.js';

/** Where the files are. */
export type InputPaths = Readonly<Record<InputName, string>>;

/** The good rows of each file, in file order, and everything that is wrong with the others. */
export interface LoadedInput {
  readonly merchants: readonly Sourced<Merchant>[];
  readonly goods: readonly Sourced<Goods>[];
  readonly couriers: readonly Sourced<Courier>[];
  readonly customers: readonly Sourced<Customer>[];
  readonly orders: readonly Sourced<Order>[];
  readonly merchantOrders: readonly Sourced<MerchantOrder>[];
  readonly waybills: readonly Sourced<Waybill>[];
  readonly offlinePayments: readonly Sourced<OfflinePayment>[];
  /** File by file; a bad row is left out above. Never quotes a value. */
  readonly problems: readonly InputProblem[];
  /** Files that could not be read, or not to their end: nobody knows what they say. */
  readonly unusable: readonly string[];
}

/** @throws {NetworkError} INPUT_UNUSABLE: orders that run without what a file says are refused, and their numbers are used up. */
export function ensureUsable({ unusable }: LoadedInput): void {
  if (unusable.length > 0)
    throw new NetworkError(
      'INPUT_UNUSABLE',
      `Not read, or not to the end: ${unusable.join(', ')}.`,
      {
        details: { files: unusable },
      },
    );
}

const unusableOf = (tables: InputTables, paths: InputPaths): readonly string[] =>
  (Object.keys(paths) as InputName[])
    .filter((name) => !tables[name].isUsable)
    .map((name) => paths[name]);

const readTables = (paths: InputPaths): InputTables => ({
  merchants: readRows(paths.merchants, ROW_DEFINITIONS.merchants),
  goods: readRows(paths.goods, ROW_DEFINITIONS.goods),
  couriers: readRows(paths.couriers, ROW_DEFINITIONS.couriers),
  customers: readRows(paths.customers, ROW_DEFINITIONS.customers),
  orders: readRows(paths.orders, ROW_DEFINITIONS.orders),
  merchantOrders: readRows(paths.merchantOrders, ROW_DEFINITIONS.merchantOrders),
  waybills: readRows(paths.waybills, ROW_DEFINITIONS.waybills),
  offlinePayments: readRows(paths.offlinePayments, ROW_DEFINITIONS.offlinePayments),
});

const byLine = (a: InputProblem, b: InputProblem): number => a.line - b.line;

/** Problems of reading and of references together, line by line within each file, files in the order of {@link InputPaths}. */
const inFileOrder = (groups: readonly (readonly InputProblem[])[]): InputProblem[] =>
  groups.flatMap((problems) => [...problems].sort(byLine));

/**
 * Reads and checks the eight CSV files (RFC 4180). Amounts become minor units, coordinates micro-degrees.
 * Never throws for what stands in the files: a bad row is a problem and is left out, the rest goes on. A file that cannot be
 * used at all is one problem, and references into it are not checked: {@link ensureUsable}.
 * @example loadInput({ merchants: 'merchants.csv', …, offlinePayments: 'offline-payments.csv' }).problems // []
 */
export function loadInput(paths: InputPaths): LoadedInput {
  const tables = readTables(paths);
  const references = new ReferenceCheck(tables);
  const checked = {
    goods: references.goods,
    orders: references.orders(),
    merchantOrders: references.merchantOrders(),
    waybills: references.waybills(),
    offlinePayments: references.offlinePayments(),
  };
  return {
    merchants: tables.merchants.rows,
    goods: checked.goods.rows,
    couriers: tables.couriers.rows,
    customers: tables.customers.rows,
    orders: checked.orders.rows,
    merchantOrders: checked.merchantOrders.rows,
    waybills: checked.waybills.rows,
    offlinePayments: checked.offlinePayments.rows,
    unusable: unusableOf(tables, paths),
    problems: inFileOrder([
      tables.merchants.problems,
      [...tables.goods.problems, ...checked.goods.problems],
      tables.couriers.problems,
      tables.customers.problems,
      [...tables.orders.problems, ...checked.orders.problems],
      [...tables.merchantOrders.problems, ...checked.merchantOrders.problems],
      [...tables.waybills.problems, ...checked.waybills.problems],
      [...tables.offlinePayments.problems, ...checked.offlinePayments.problems],
    ]),
  };
}
