// SPDX-License-Identifier: Apache-2.0
// What the node does by itself: it follows the ledger, and does what the clock, the ledger and the operations ask for.
import type { Work, WorkParts } from '@fabric-offline-pay/node-common/node';
import type { LogisticsContext } from './context.js';
import { FollowCouriers } from './couriers/follow-couriers.js';
import type { LogisticsTables } from './database/schema.js';
import { FollowEarnings } from './earnings/follow-earnings.js';
import { FollowGoods } from './goods/follow-goods.js';
import { asksBy, jobKinds } from './jobs.js';
import { FollowMoney } from './payouts/follow-money.js';
import { FollowQuotes } from './quotes/follow-quotes.js';
import { FollowWaybills } from './waybills/follow-waybills.js';

/** The parts that a context is made of, besides the node's work. */
export type ContextParts = Pick<LogisticsContext, 'db' | 'ledger' | 'clock' | 'rules' | 'alerts'>;

/** How long an operation waits until the tables have what it has written. */
const FOLLOWED_MS = 5_000;

/** @returns the context of operations and jobs */
export const contextOn = (
  parts: ContextParts,
  work: Pick<Work<LogisticsTables>, 'ask' | 'wake' | 'reached'>,
): LogisticsContext => ({
  ...parts,
  asks: asksBy((...asked) => work.ask(...asked)),
  wake: () => work.wake(),
  followed: (block) => work.reached(block, AbortSignal.timeout(FOLLOWED_MS)).catch(() => undefined),
});

/** Waybills come before earnings, which look up an order's courier. */
export const logisticsWork = (context: LogisticsContext): WorkParts<LogisticsTables> => ({
  projections: [
    new FollowQuotes(context.rules.logisticsId),
    new FollowWaybills(context.rules, (transaction) => context.asks.eraseAddresses(transaction)),
    new FollowCouriers(context.rules.logisticsId),
    new FollowGoods(),
    new FollowMoney(context.rules.logisticsId),
    new FollowEarnings(context.rules),
  ],
  jobs: jobKinds(context),
});
