// SPDX-License-Identifier: Apache-2.0
// The eight files and what defines their rows.
import { courierRow } from './rows/courier.js';
import { customerRow } from './rows/customer.js';
import { goodsRow } from './rows/goods.js';
import { merchantOrderRow } from './rows/merchant-order.js';
import { merchantRow } from './rows/merchant.js';
import { offlinePaymentRow } from './rows/offline-payment.js';
import { orderRow } from './rows/order.js';
import { waybillRow } from './rows/waybill.js';

/** By the name under which the loader takes and returns them. */
export const ROW_DEFINITIONS = {
  merchants: merchantRow,
  goods: goodsRow,
  couriers: courierRow,
  customers: customerRow,
  orders: orderRow,
  merchantOrders: merchantOrderRow,
  waybills: waybillRow,
  offlinePayments: offlinePaymentRow,
} as const;

/** `merchants`, `goods`, `couriers`, `customers`, `orders`, `merchantOrders`, `waybills` or `offlinePayments`. */
export type InputName = keyof typeof ROW_DEFINITIONS;

/** All of them, in the order in which problems are told. */
export const INPUT_NAMES = Object.keys(ROW_DEFINITIONS) as readonly InputName[];

/** The file names by custom, e.g. `merchant-orders.csv`; also the names of the JSON Schemas. */
export const INPUT_FILE_NAMES: Readonly<Record<InputName, string>> = {
  merchants: 'merchants',
  goods: 'goods',
  couriers: 'couriers',
  customers: 'customers',
  orders: 'orders',
  merchantOrders: 'merchant-orders',
  waybills: 'waybills',
  offlinePayments: 'offline-payments',
};
