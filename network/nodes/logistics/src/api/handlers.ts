// SPDX-License-Identifier: Apache-2.0
// Each operation of the table, carried out for its caller.
import type { Handlers } from '@fabric-offline-pay/node-common/client';
import { holdAddresses, readAddress } from '../addresses/hold-addresses.js';
import type { CallContext } from '../context.js';
import { cancelPlan, listCouriers, planCourier, readCourier } from '../couriers/plan-couriers.js';
import { deliver } from '../deliveries/deliver.js';
import { pickUp } from '../deliveries/pick-up.js';
import { readBooks } from '../earnings/books.js';
import {
  closePayroll,
  listEarnings,
  listOwed,
  payrollCsv,
  readPayroll,
  setShare,
} from '../earnings/earnings.js';
import { findGoods, listPlaces, moveGoods, recordPlace } from '../goods/move-goods.js';
import { listLate } from '../lateness/list-late.js';
import { listPayouts, readMoney, requestPayout } from '../payouts/payouts.js';
import { quoteOrder } from '../quotes/quote-order.js';
import { listQuotes, quoteFigures } from '../quotes/read-quotes.js';
import { listUnassigned, planRoute, readRoute } from '../routes/routes.js';
import { listWaybills, readWaybill } from '../waybills/read-waybills.js';
import type { OperationTable } from './logistics-api.js';
import { stepHandlers } from './unit-handlers.js';

const DONE = { done: true } as const;

export const handlers: Handlers<OperationTable, CallContext> = {
  quoteOrder: ({ node, caller }, { basket, salt, addresses, statement }) =>
    quoteOrder(node, caller, { basket, book: { salt, addresses }, statement }),
  ...stepHandlers,
  listQuotes: ({ node }, input) => listQuotes(node, input),
  readQuoteFigures: ({ node }, period) => quoteFigures(node, period),

  listCouriers: async ({ node }) => ({ couriers: await listCouriers(node) }),
  readCourier: ({ node }, { courierId }) => readCourier(node, courierId),
  planCourier: async ({ node, caller }, { validFrom, ...courier }) => ({
    validFrom: await planCourier(node, caller, { courier, validFrom }),
  }),
  cancelCourierPlan: async ({ node }, { courierId, validFrom }) => {
    await cancelPlan(node, courierId, validFrom);
    return DONE;
  },

  recordPlace: async ({ node }, place) => {
    await recordPlace(node, place);
    return DONE;
  },
  listPlaces: async ({ node }) => ({ places: await listPlaces(node) }),
  moveGoods: ({ node, caller }, move) => moveGoods(node, caller, move),
  findGoods: ({ node }, { merchantId, gtin }) => findGoods(node, merchantId, gtin),

  listWaybills: ({ node, caller }, filter) => listWaybills(node, caller, filter),
  listUnassigned: ({ node }, { day }) => listUnassigned(node, day),
  listLate: ({ node }) => listLate(node),
  readWaybill: ({ node, caller }, key) => readWaybill(node, caller, key),
  holdAddresses: async ({ node }, { salt, addresses, ...key }) => {
    await holdAddresses(node, key, { salt, addresses });
    return DONE;
  },
  readAddress: ({ node, caller }, key) => readAddress(node, caller, key),
  pickUp: ({ node, caller }, key) => pickUp(node, caller, key),
  deliver: ({ node, caller }, { secret, ...key }) => deliver(node, caller, key, secret),

  planRoute: async ({ node, caller }, { stops, ...route }) => {
    await planRoute(node, caller, route, stops);
    return DONE;
  },
  readRoute: ({ node }, route) => readRoute(node, route),
  readOwnRoute: ({ node, caller }, { day }) => readRoute(node, { day, courierId: caller.name }),

  setCourierShare: async ({ node, caller }, { courierId, basisPoints }) => ({
    validFrom: await setShare(node, caller, courierId, basisPoints),
  }),
  listEarnings: async ({ node, caller }, days) => ({
    earnings: await listEarnings(node, caller, days),
  }),
  listOwed: async ({ node, caller }) => ({ owed: await listOwed(node, caller) }),
  closePayroll: ({ node }, { day }) => closePayroll(node, day),
  readPayroll: ({ node }, { day }) => readPayroll(node, day),
  readPayrollFile: async ({ node }, { day }) => ({
    contentType: 'text/csv; charset=utf-8; header=present',
    fileName: `payroll-${day}.csv`,
    body: payrollCsv(await readPayroll(node, day)),
  }),
  readBooks: async ({ node }) => ({ books: await readBooks(node) }),
  readMoney: async ({ node }) => ({ money: await readMoney(node) }),
  requestPayout: async ({ node, caller }, asked) => {
    await requestPayout(node, caller.name, asked);
    return DONE;
  },
  listPayouts: ({ node }) => listPayouts(node),
};
