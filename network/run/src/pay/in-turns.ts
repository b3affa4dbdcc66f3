// SPDX-License-Identifier: Apache-2.0
// Which rows of orders wait for which: one customer's, and those of one order number, run in the order of the file; all others at the
// same time.
import type { Sourced } from '../input/read-rows.js';
import type { Order } from '../input/rows/order.js';
import { groupsThatShare } from './groups-that-share.js';
import { bookKey } from './purchase-of.js';

/** Seconds, roughly: what an order takes by itself, and what it waits for. */
const SECONDS_AN_ORDER = 4;

const expectedSeconds = (rows: readonly Order[]): number =>
  rows.reduce((sum, { codeDelaySeconds }) => sum + SECONDS_AN_ORDER + codeDelaySeconds, 0);

/** @returns groups of rows in the order of the file, those that take longest first. */
export const inTurns = (orders: readonly Sourced<Order>[]): Sourced<Order>[][] =>
  groupsThatShare(orders, (order) => [
    `customer/${order.customerId}`,
    `order/${bookKey(order)}`,
  ]).sort((a, b) => expectedSeconds(b) - expectedSeconds(a));
