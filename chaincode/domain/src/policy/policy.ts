// SPDX-License-Identifier: Apache-2.0
// What the boards of the participants decide: times, limits, penalties, who bears losses. One schema says what a policy may
// be. A currency that the policy does not name is refused.
import * as z from 'zod';
import { ensure } from '../base/errors.js';
import { amount, currency, seconds } from '../base/identifiers.js';
import { isAtLeast, type Currency } from '../base/money.js';

const HOUR = 3_600;
const DAY = 86_400;
const YEAR = 366 * DAY;

/**
 * How far a device's clock may be behind the request that it answers, in seconds. A device does not know the policy, but the
 * policy's tolerance is never below this. So no terminal refuses what a device signed because of the device's clock.
 */
export const LEAST_CLOCK_TOLERANCE = 60;

/** A span of at most a year, so that everything that waits comes to an end. */
const span = seconds.min(1).max(YEAR);
const score = z.int().min(0).max(100).describe('0 (worst) to 100 (best)');
const points = z.int().min(0).max(100).describe('points of a score');

const currencyLimits = z
  .strictObject({
    perOrder: amount.describe('the most that one order may cost'),
    perWindow: amount.describe('the most that all orders of a window may cost together'),
    stepUp: amount.describe(
      'the most in a window without a step-up (both factors bound to the order)',
    ),
    issue: amount.describe('the most that one teller may issue alone'),
    lossPerReserve: amount.describe("the most that the bank bears of one reserve's double spends"),
    lossPerPayee: amount.describe(
      'the most that the bank bears in a window of the double spends that one payee accepted',
    ),
  })
  .refine((limits) => isAtLeast(limits.perWindow, limits.perOrder), 'perWindow is below perOrder')
  .readonly();

/** When an order's merchant gets its money: when the statements match, or when the goods are delivered. */
export const releaseAt = z.enum(['match', 'delivery']);

/** What unit 7 allows: a share of the limits, and when the payees get their money. */
export const limits = z
  .strictObject({
    percent: z.int().min(0).max(100).describe("per cent of the policy's limits"),
    release: releaseAt,
  })
  .readonly();

const scoreClass = z
  .strictObject({ from: score.describe('lowest score of the class'), limits })
  .readonly();

const isDescendingToZero = (classes: readonly { readonly from: number }[]): boolean =>
  classes.at(-1)?.from === 0 &&
  classes.every((each, index) => index === 0 || each.from < (classes[index - 1]?.from ?? 0));

const reputation = z
  .strictObject({
    firstScore: score.describe('score of a customer without history'),
    penalties: z
      .strictObject({
        mismatch: points.describe("the customer's own statement stood alone"),
        dispute: points.describe('a dispute that was rejected'),
        failedAuthentication: points,
        doubleSpend: points,
      })
      .readonly(),
    mostPaidBack: points.describe('the most points that successes pay back, one point each'),
    classes: z
      .array(scoreClass)
      .min(1)
      .max(10)
      .refine(isDescendingToZero, 'classes descend, and the last begins at 0')
      .readonly(),
  })
  .readonly();

const conduct = z
  .strictObject({
    penalties: z
      .strictObject({
        mismatch: points.describe("the party's own statement stood alone"),
        debt: points.describe('the bank had to bear what a merchant owed'),
      })
      .readonly(),
    releaseAtDeliveryBelow: score.describe(
      "below this score a merchant's money waits for the delivery",
    ),
    droppedBelow: score.describe('below this score a courier is no longer quoted'),
  })
  .readonly();

const ratings = z
  .strictObject({
    halfLifeSeconds: seconds
      .min(DAY)
      .max(10 * YEAR)
      .describe('the time after which a rating counts half'),
    unfinishedPercent: z
      .int()
      .min(0)
      .max(100)
      .describe('weight of a rating for an order that was refunded or not delivered'),
  })
  .readonly();

const addressZone = z
  .strictObject({
    latitude: z.int().min(10_000).max(10_000_000),
    longitude: z.int().min(10_000).max(10_000_000),
  })
  .readonly()
  .describe(
    'height and least width, in micro-degrees, of the zones that deliveries are priced by; the ledger shows an address only as its zone',
  );

export const offlinePolicy = z
  .strictObject({
    version: z.int().min(1).max(4_294_967_295).describe('one more with every change'),
    caps: z
      .record(
        currency,
        z
          .strictObject({
            perPayment: amount,
            total: amount.describe("the most that all of a customer's devices may have reserved"),
          })
          .readonly(),
      )
      .readonly()
      .describe('by currency; a currency without an entry is never paid offline'),
    count: z.int().min(1).max(64).describe('payments in an epoch'),
    spendSeconds: span,
    claimSeconds: span,
    bulletinSeconds: span,
    clockToleranceSeconds: seconds
      .min(LEAST_CLOCK_TOLERANCE)
      .max(DAY)
      .describe(
        'how far the clocks of devices and terminals may be behind; devices use the least value',
      ),
    acceptSeconds: seconds.max(YEAR),
    lossBearer: z.enum(['merchant', 'bank']).describe('who bears a double spend'),
  })
  .readonly();

export const policy = z
  .strictObject({
    loginSeconds: seconds.min(1).max(DAY),
    authenticationSeconds: seconds.min(1).max(DAY),
    quoteSeconds: span,
    holdSeconds: span.describe('the longest time of a hold'),
    deliverySeconds: span.describe(
      'time after which captured money for undelivered goods goes back',
    ),
    unprovenSeconds: span.describe('time after which a delivery without proof is believed'),
    disputeSeconds: span.describe('time from payment or delivery to the last dispute'),
    decisionSeconds: span.describe('time from a dispute to its decision'),
    undecided: z.enum(['uphold', 'reject']).describe('the decision when nobody decides a dispute'),
    debtSeconds: span.describe("time after which the bank bears a payee's debt"),
    voteSeconds: span.min(HOUR).describe('time after which a vote no longer counts'),
    windowSeconds: span.describe('time over which limits add up'),
    currencies: z
      .record(currency, currencyLimits)
      .readonly()
      .describe('limits by currency; a currency without an entry is refused'),
    reputation,
    conduct,
    ratings,
    addressZone,
    offline: offlinePolicy,
  })
  .readonly();

/** The rules that all participants agreed on. */
export type Policy = z.output<typeof policy>;

export type CurrencyLimits = z.output<typeof currencyLimits>;
export type ReputationPolicy = z.output<typeof reputation>;
export type ConductPolicy = z.output<typeof conduct>;
export type RatingsPolicy = z.output<typeof ratings>;

/** When the payees get captured money: when the statements match, or when the goods are delivered. */
export type ReleaseAt = z.output<typeof releaseAt>;

/** What unit 7 allows a login. */
export type Limits = z.output<typeof limits>;

/** The policy for payments without a network. Bulletins carry it to the terminals. */
export type OfflinePolicy = z.output<typeof offlinePolicy>;

/**
 * @returns the limits of the currency.
 * @throws {DomainError} CURRENCY_NOT_ALLOWED when the policy does not name it.
 */
export function limitsIn(
  { currencies }: Pick<Policy, 'currencies'>,
  code: Currency,
): CurrencyLimits {
  const found = Object.hasOwn(currencies, code) ? currencies[code] : undefined;
  ensure(found !== undefined, 'CURRENCY_NOT_ALLOWED', { currency: code });
  return found;
}
