// SPDX-License-Identifier: Apache-2.0
// What the company decides for itself: its part of the configuration.
import { amount, currency } from '@fabric-offline-pay/domain';
import * as z from 'zod';

const DAY_SECONDS = 86_400;

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('sv-SE', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

const seconds = z
  .int()
  .min(0)
  .max(10_000 * DAY_SECONDS);

export const rulesSchema = z.strictObject({
  timeZone: z
    .string()
    .refine(isTimeZone, 'no time zone of IANA')
    .default('UTC')
    .describe('whose days routes and payrolls go by, such as Europe/Berlin'),
  promiseSeconds: seconds
    .default(3 * DAY_SECONDS)
    .describe('the company delivers within this time after the fee is certain'),
  courierBasisPoints: z
    .int()
    .min(0)
    .max(10_000)
    .default(8_000)
    .describe('of each fee, for couriers without a share of their own, of 10,000'),
  holdAddressSeconds: seconds
    .default(2 * DAY_SECONDS)
    .describe(
      'how long addresses are kept for an order that nobody placed, or after the last time for its payment or delivery',
    ),
  purgeAfterSeconds: seconds
    .default(0)
    .describe(
      'how long the ledger keeps the address of an order that ended on its way to the customer',
    ),
  payoutsAtLeast: z
    .record(currency, amount)
    .default({})
    .describe('the clock requests payouts in these currencies, when there is so much to pay out'),
});

/** The company's own rules. */
export type LogisticsRules = z.output<typeof rulesSchema> & {
  /** The company's id on the ledger, such as `logistics-1`. */
  readonly logisticsId: string;
  readonly mspId: string;
};
