// SPDX-License-Identifier: Apache-2.0
// The node's work that waits, runs by the clock, or both: each kind with its natural key.
import type { AnyDatabase, JobData, JobKind } from '@fabric-offline-pay/node-common/node';
import { identifier } from '@fabric-offline-pay/domain';
import * as z from 'zod';
import type { Asks } from './asks.js';
import { eraseAddresses } from './addresses/hold-addresses.js';
import { purgeAddresses } from './addresses/purge-addresses.js';
import { rewriteAddresses } from './addresses/rewrite-addresses.js';
import type { LogisticsContext } from './context.js';
import { registerDue } from './couriers/plan-couriers.js';
import { alertLate, noticeLate } from './lateness/notice-late.js';
import { requestDailyPayouts, sendPayoutRequest } from './payouts/payouts.js';

/** Stable: they name queues. */
export const JOBS = {
  registerCouriers: 'register-couriers',
  eraseAddresses: 'erase-addresses',
  rewriteAddresses: 'rewrite-addresses',
  purgeAddresses: 'purge-addresses',
  noticeLate: 'notice-late',
  alertLate: 'alert-late',
  dailyPayouts: 'daily-payouts',
  requestPayout: 'request-payout',
} as const;

const WHATEVER_IS_DUE = 'due';

/** The queue's way to be asked: {@link Jobs.ask}, then {@link Jobs.wake} once the transaction has ended. */
export type AskQueue = (
  transaction: AnyDatabase,
  kind: Pick<JobKind, 'name'>,
  key: string,
  data: JobData,
) => Promise<void>;

/** @returns the ways to ask for each kind, with its natural key */
export const asksBy = (ask: AskQueue): Asks => ({
  registerCouriers: (transaction) =>
    ask(transaction, { name: JOBS.registerCouriers }, WHATEVER_IS_DUE, {}),
  eraseAddresses: (transaction) =>
    ask(transaction, { name: JOBS.eraseAddresses }, WHATEVER_IS_DUE, {}),
  alertLate: (transaction, { merchantId, orderNumber, kind }) =>
    ask(transaction, { name: JOBS.alertLate }, `${merchantId}/${orderNumber}/${kind}`, {
      merchantId,
      orderNumber,
      kind,
    }),
  requestPayout: (transaction, { currency, payoutId }) =>
    ask(transaction, { name: JOBS.requestPayout }, `${currency}/${payoutId}`, {
      currency,
      payoutId,
    }),
});

const lateKey = z.object({
  merchantId: identifier,
  orderNumber: identifier,
  kind: z.enum(['promise', 'deliverBy']),
});

const payoutKey = z.object({ currency: z.string(), payoutId: identifier });

/** @returns all kinds, with their schedules in UTC */
export const jobKinds = (context: LogisticsContext): readonly JobKind[] => [
  {
    name: JOBS.registerCouriers,
    schedule: '* * * * *',
    run: (_, signal) => registerDue(context, signal),
  },
  {
    name: JOBS.eraseAddresses,
    schedule: '*/5 * * * *',
    run: async () => {
      await eraseAddresses(context);
    },
  },
  {
    name: JOBS.rewriteAddresses,
    schedule: '*/15 * * * *',
    run: () => rewriteAddresses(context),
  },
  {
    name: JOBS.purgeAddresses,
    schedule: '*/15 * * * *',
    run: (_, signal) => purgeAddresses(context, signal),
  },
  { name: JOBS.noticeLate, schedule: '* * * * *', run: () => noticeLate(context) },
  { name: JOBS.alertLate, run: (data) => alertLate(context, lateKey.parse(data)) },
  { name: JOBS.dailyPayouts, schedule: '0 * * * *', run: () => requestDailyPayouts(context) },
  {
    name: JOBS.requestPayout,
    run: (data, signal) => sendPayoutRequest(context, payoutKey.parse(data), signal),
  },
];
