// SPDX-License-Identifier: Apache-2.0
// Loads the eight files of bank, merchants, logistics company and customers into typed rows and a list of problems.
import { NetworkError } from '@fabric-offline-pay/node-common';
import { ReferenceCheck, type InputTables } from './check-references.js';
import { NOTHING_KNOWN, type Known } from './known.js';
import type { InputProblem } from './problem.js';
import { readRows, type Sourced, type Table } from './read-rows.js';
import type { RowDefinition } from './row-definition.js';
import { INPUT_NAMES, ROW_DEFINITIONS, type InputName } from './row-definitions.js';
import type { Courier } from './rows/courier.js';
import type { Customer } from './rows/customer.js';
import type { Goods } from './rows/goods.js';
import type { MerchantOrder } from './rows/merchant-order.js';
import type { Merchant } from './rows/merchant.js';
import type { OfflinePayment } from './rows/offline-payment.js';
import type { Order } from './rows/order.js';
import type { Waybill } from './rows/waybill.js';

/** Where the files are that were named. */
export type InputPaths = Readonly<Partial<Record<InputName, string>>>;

/** The files as they were read, before anything is said of what one refers to in another. */
export interface ReadInput {
  readonly tables: InputTables;
  readonly paths: InputPaths;
  /** Files that could not be read, or not to their end: nobody knows what they say. */
  readonly unusable: readonly string[];
}

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
  /** Which files were named. */
  readonly paths: InputPaths;
  /** What rows refer to and no file has, as it stands on the ledger. */
  readonly known: Known;
}

/** @throws {NetworkError} INPUT_UNUSABLE: orders that run without what a file says are refused, and their numbers are used up. */
export function ensureUsable({ unusable }: Pick<ReadInput, 'unusable'>): void {
  if (unusable.length > 0)
    throw new NetworkError(
      'INPUT_UNUSABLE',
      `Not read, or not to the end: ${unusable.join(', ')}.`,
      {
        details: { files: unusable },
      },
    );
}

/** A file that was not named has no rows; what it would have is elsewhere, or nowhere. */
function tableOf<Row>(path: string | undefined, definition: RowDefinition<Row>): Table<Row> {
  return path === undefined
    ? { rows: [], problems: [], isUsable: false }
    : readRows(path, definition);
}

const readTables = (paths: InputPaths): InputTables => ({
  merchants: tableOf(paths.merchants, ROW_DEFINITIONS.merchants),
  goods: tableOf(paths.goods, ROW_DEFINITIONS.goods),
  couriers: tableOf(paths.couriers, ROW_DEFINITIONS.couriers),
  customers: tableOf(paths.customers, ROW_DEFINITIONS.customers),
  orders: tableOf(paths.orders, ROW_DEFINITIONS.orders),
  merchantOrders: tableOf(paths.merchantOrders, ROW_DEFINITIONS.merchantOrders),
  waybills: tableOf(paths.waybills, ROW_DEFINITIONS.waybills),
  offlinePayments: tableOf(paths.offlinePayments, ROW_DEFINITIONS.offlinePayments),
});

/** Reads CSV files (RFC 4180). Never throws for what stands in them: {@link ensureUsable}. */
export function readInput(paths: InputPaths): ReadInput {
  const tables = readTables(paths);
  const unusable = INPUT_NAMES.flatMap((name) => {
    const path = paths[name];
    return path === undefined || tables[name].isUsable ? [] : [path];
  });
  return { tables, paths, unusable };
}

const byLine = (a: InputProblem, b: InputProblem): number => a.line - b.line;

/** Problems of reading and of references together, line by line within each file, files in the order of {@link InputPaths}. */
const inFileOrder = (groups: readonly (readonly InputProblem[])[]): InputProblem[] =>
  groups.flatMap((problems) => [...problems].sort(byLine));

/**
 * Checks what one file says about another, and about what the ledger has.
 * @param known what the ledger has; without it, what no file was named for is believed
 */
export function checkInput({ tables, paths, unusable }: ReadInput, known?: Known): LoadedInput {
  const references = new ReferenceCheck(tables, known);
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
    ...{ unusable, paths, known: known ?? NOTHING_KNOWN },
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

/**
 * Reads and checks CSV files (RFC 4180), without a ledger. Amounts become minor units, coordinates micro-degrees.
 * Never throws for what stands in the files: a bad row is a problem and is left out, the rest goes on. A file that cannot be
 * used at all is one problem, and references into it are not checked: {@link ensureUsable}.
 * @example loadInput({ merchants: 'merchants.csv', …, offlinePayments: 'offline-payments.csv' }).problems // []
 */
export const loadInput = (paths: InputPaths): LoadedInput => checkInput(readInput(paths));
