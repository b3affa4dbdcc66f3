// SPDX-License-Identifier: Apache-2.0
// Groups rows of orders: rows of one customer or one order number run in the order of the file, all other rows at the same
// time.
import type { Sourced } from '../input/read-rows.js';
import type { Order } from '../input/rows/order.js';
import { groupsThatShare } from './groups-that-share.js';
import { bookKey } from './purchase-of.js';

/** Rough seconds of an order and of its waits. */
const SECONDS_AN_ORDER = 4;

const expectedSeconds = (rows: readonly Order[]): number =>
  rows.reduce((sum, { codeDelaySeconds }) => sum + SECONDS_AN_ORDER + codeDelaySeconds, 0);

/** @returns groups of rows in the order of the file, the longest groups first. */
export const inTurns = (orders: readonly Sourced<Order>[]): Sourced<Order>[][] =>
  groupsThatShare(orders, (order) => [
    `customer/${order.customerId}`,
    `order/${bookKey(order)}`,
  ]).sort((a, b) => expectedSeconds(b) - expectedSeconds(a));
