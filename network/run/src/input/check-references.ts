// SPDX-License-Identifier: Apache-2.0
// What one file says about another: merchants, goods, customers, couriers and addresses must exist, currencies must agree.
import type { Known, Registered } from './known.js';
import { inputProblem, type InputProblem, type InputProblemCode } from './problem.js';
import type { GoodsLine } from './lines.js';
import type { Sourced, Table } from './read-rows.js';
import type { Courier } from './rows/courier.js';
import type { Customer } from './rows/customer.js';
import type { Goods } from './rows/goods.js';
import type { MerchantOrder } from './rows/merchant-order.js';
import type { Merchant } from './rows/merchant.js';
import type { OfflinePayment } from './rows/offline-payment.js';
import type { Order } from './rows/order.js';
import type { Waybill } from './rows/waybill.js';

/** A reference that leads nowhere: the column and the problem. */
type Fault = readonly [field: string, code: InputProblemCode] | undefined;

/** The rows whose references hold. */
export interface CheckedRows<Row> {
  readonly rows: readonly Sourced<Row>[];
  readonly problems: readonly InputProblem[];
}

/** Rows by key, and what the ledger has. An unusable table holds everything: its own problem is reported already, once. */
class Directory<Row> {
  readonly #rows: ReadonlyMap<string, Row>;
  readonly #isUsable: boolean;

  constructor(
    table: CheckedRows<Row> & { readonly isUsable: boolean },
    key: (row: Row) => string,
    known: Iterable<readonly [string, Row]> = [],
  ) {
    this.#rows = new Map([...known, ...table.rows.map((row) => [key(row), row] as const)]);
    this.#isUsable = table.isUsable;
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  lacks(key: string): boolean {
    return this.#isUsable && !this.#rows.has(key);
  }
}

function keepSound<Row>(
  rows: readonly Sourced<Row>[],
  faultsOf: (row: Row) => readonly Fault[],
): CheckedRows<Row> {
  const sound: Sourced<Row>[] = [];
  const problems: InputProblem[] = [];
  for (const row of rows) {
    const faults = faultsOf(row).filter((fault) => fault !== undefined);
    if (faults.length === 0) sound.push(row);
    problems.push(...faults.map(([field, code]) => inputProblem(code, row, field)));
  }
  return { rows: sound, problems };
}

const goodsKey = (merchantId: string, gtin: string): string => `${merchantId}/${gtin}`;

const check = (failed: boolean, field: string, code: InputProblemCode): Fault =>
  failed ? [field, code] : undefined;

/** Where the ledger was asked, a table that was not read is an empty one. */
const asked = <Row>(table: Table<Row>, known: Known | undefined): Table<Row> =>
  known === undefined || table.problems.length > 0 ? table : { ...table, isUsable: true };

const each = <Row>(ids: Iterable<string> | undefined, row: Row): (readonly [string, Row])[] =>
  [...(ids ?? [])].map((id) => [id, row] as const);

/** The tables as they were read. */
export interface InputTables {
  readonly merchants: Table<Merchant>;
  readonly goods: Table<Goods>;
  readonly couriers: Table<Courier>;
  readonly customers: Table<Customer>;
  readonly orders: Table<Order>;
  readonly merchantOrders: Table<MerchantOrder>;
  readonly waybills: Table<Waybill>;
  readonly offlinePayments: Table<OfflinePayment>;
}

/** Holds what may be referred to, and checks each kind of row against it. */
export class ReferenceCheck {
  readonly #tables: InputTables;
  readonly #known: Known | undefined;
  readonly #merchants: Directory<Merchant | undefined>;
  readonly #customers: Directory<Customer | undefined>;
  readonly #couriers: Directory<Courier | undefined>;
  readonly #logistics: Directory<Courier | undefined>;
  readonly #goods: Directory<Registered>;
  /** The goods whose merchant is known. */
  readonly goods: CheckedRows<Goods>;

  constructor(tables: InputTables, known?: Known) {
    this.#tables = tables;
    this.#known = known;
    const { merchants, customers, couriers, goods } = tables;
    this.#merchants = new Directory<Merchant | undefined>(
      asked(merchants, known),
      (row) => row?.merchantId ?? '',
      each(known?.merchants, undefined),
    );
    this.#customers = new Directory<Customer | undefined>(
      asked(customers, known),
      (row) => row?.customerId ?? '',
      [...(known?.customers ?? [])].map(([id, { row }]) => [id, row]),
    );
    this.#couriers = new Directory<Courier | undefined>(
      asked(couriers, known),
      (row) => row?.courierId ?? '',
      each(known?.couriers, undefined),
    );
    this.#logistics = new Directory<Courier | undefined>(
      asked(couriers, known),
      (row) => row?.logisticsId ?? '',
      each(known?.logistics, undefined),
    );
    this.goods = keepSound(goods.rows, ({ merchantId }) => [this.#merchant(merchantId)]);
    this.#goods = new Directory<Registered>(
      { ...asked(goods, known), rows: this.goods.rows },
      (row) => goodsKey(row.merchantId, row.gtin),
      known?.goods,
    );
  }

  orders(): CheckedRows<Order> {
    return keepSound(this.#tables.orders.rows, (order) => [
      this.#merchant(order.merchantId),
      this.#customer(order.customerId),
      this.#atHand(order),
      check(
        order.courierId !== null && this.#couriers.lacks(order.courierId),
        'courier_id',
        'INPUT_UNKNOWN_COURIER',
      ),
      this.#lines(order.merchantId, order.lines),
      this.#address(order),
      this.#currency(order),
    ]);
  }

  merchantOrders(): CheckedRows<MerchantOrder> {
    return keepSound(this.#tables.merchantOrders.rows, ({ merchantId, customerId, lines }) => [
      this.#merchant(merchantId),
      this.#customer(customerId),
      this.#lines(merchantId, lines),
    ]);
  }

  waybills(): CheckedRows<Waybill> {
    return keepSound(this.#tables.waybills.rows, ({ merchantId, logisticsId, lines }) => [
      this.#merchant(merchantId),
      check(this.#logistics.lacks(logisticsId), 'logistics_id', 'INPUT_UNKNOWN_LOGISTICS'),
      this.#lines(merchantId, lines),
    ]);
  }

  offlinePayments(): CheckedRows<OfflinePayment> {
    return keepSound(this.#tables.offlinePayments.rows, (payment) => [
      this.#merchant(payment.merchantId),
      this.#customer(payment.customerId),
      this.#currency({ ...payment, lines: [] }),
    ]);
  }

  #merchant(merchantId: string): Fault {
    return check(this.#merchants.lacks(merchantId), 'merchant_id', 'INPUT_UNKNOWN_MERCHANT');
  }

  #customer(customerId: string): Fault {
    return check(this.#customers.lacks(customerId), 'customer_id', 'INPUT_UNKNOWN_CUSTOMER');
  }

  /** Of a customer that no file names, the ledger has neither the key of its device nor its password. */
  #atHand({ customerId, typedPassword }: Order): Fault {
    const customer = this.#known?.customers.get(customerId);
    if (customer === undefined) return undefined;
    if (!customer.hasDevice) return ['customer_id', 'INPUT_CUSTOMER_ELSEWHERE'];
    const isTyped = typedPassword !== null || customer.row !== undefined;
    return check(!isTyped, 'typed_password', 'INPUT_CUSTOMER_ELSEWHERE');
  }

  /** Not checked for an unknown merchant, whose goods are all unknown. */
  #lines(merchantId: string, lines: readonly GoodsLine[]): Fault {
    const isUnknown = lines.some(({ gtin }) => this.#goods.lacks(goodsKey(merchantId, gtin)));
    return check(isUnknown && !this.#merchants.lacks(merchantId), 'lines', 'INPUT_UNKNOWN_GOODS');
  }

  /** A customer without any address may order: the incomplete profile is for the login (unit 3) to refuse. */
  #address({ customerId, address }: Order): Fault {
    const addresses = this.#customers.get(customerId)?.addresses ?? [];
    const isUnknown = addresses.length > 0 && !addresses.some(({ number }) => number === address);
    return check(isUnknown, 'address', 'INPUT_UNKNOWN_ADDRESS');
  }

  #currency({
    merchantId,
    customerId,
    currency,
    lines,
  }: Pick<Order, 'merchantId' | 'customerId' | 'currency' | 'lines'>): Fault {
    const others = [
      this.#customers.get(customerId)?.currency,
      ...lines.map(({ gtin }) => this.#goods.get(goodsKey(merchantId, gtin))?.currency),
    ];
    const differs = others.some((other) => other !== undefined && other !== currency);
    return check(differs, 'currency', 'INPUT_CURRENCY_DIFFERS');
  }
}
