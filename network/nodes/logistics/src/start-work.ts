// SPDX-License-Identifier: Apache-2.0
// Follows the ledger and does what the clock, the ledger and the operations ask for.
import {
  Follower,
  Jobs,
  type BlockSource,
  type JobObserver,
} from '@fabric-offline-pay/node-common/node';
import type { LogisticsContext } from './context.js';
import { FollowCouriers } from './couriers/follow-couriers.js';
import type { LogisticsTables } from './database/schema.js';
import { FollowEarnings } from './earnings/follow-earnings.js';
import { FollowGoods } from './goods/follow-goods.js';
import { asksBy, jobKinds } from './jobs.js';
import { FollowMoney } from './payouts/follow-money.js';
import { FollowQuotes } from './quotes/follow-quotes.js';
import { FollowWaybills } from './waybills/follow-waybills.js';

export interface WorkParts extends Pick<
  LogisticsContext,
  'db' | 'ledger' | 'clock' | 'rules' | 'alerts'
> {
  /** `postgres://…` when the database is a server. */
  readonly url?: string | undefined;
  readonly blocks: BlockSource;
  readonly observer: JobObserver;
  /** Called when the ledger can no longer be followed. */
  readonly onEnd: (error: unknown) => void;
}

export interface RunningWork {
  readonly context: LogisticsContext;
  readonly follower: Follower<LogisticsTables>;
  readonly jobs: Jobs;
  /** Finishes or undoes what is under way. Call it before the database is closed. */
  close(): Promise<void>;
}

/** How long an operation waits until the tables have what it has written. */
const FOLLOWED_MS = 5_000;

/** Waybills come before earnings, which look up an order's courier. */
const projectionsOf = ({ rules, asks }: LogisticsContext) => [
  new FollowQuotes(rules.logisticsId),
  new FollowWaybills(rules, (transaction) => asks.eraseAddresses(transaction)),
  new FollowCouriers(rules.logisticsId),
  new FollowGoods(),
  new FollowMoney(rules.logisticsId),
  new FollowEarnings(rules),
];

/** @throws when the queue cannot be made; nothing keeps running then. */
export async function startWork({
  url,
  blocks,
  observer,
  onEnd,
  ...parts
}: WorkParts): Promise<RunningWork> {
  const { db } = parts;
  const context: LogisticsContext = {
    ...parts,
    asks: asksBy((...asked) => jobs.ask(...asked)),
    followed: (block) =>
      follower.reached(block, AbortSignal.timeout(FOLLOWED_MS)).catch(() => undefined),
  };
  const kinds = jobKinds(context);
  const jobs = new Jobs({ db, kinds, observer, ...(url !== undefined && { url }) });
  await jobs.start().catch(async (error: unknown) => {
    await jobs.stop();
    throw error;
  });
  const follower = new Follower<LogisticsTables>({
    db,
    source: blocks,
    projections: projectionsOf(context),
    onProgress: () => kinds.forEach((kind) => jobs.wake(kind)),
  });
  const stop = new AbortController();
  const following = follower.run(stop.signal).catch(onEnd);
  return {
    context,
    follower,
    jobs,
    close: async () => {
      stop.abort();
      await following;
      await jobs.stop();
    },
  };
}
