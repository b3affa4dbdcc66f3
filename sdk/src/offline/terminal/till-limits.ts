// SPDX-License-Identifier: Apache-2.0
// The merchant's own limits for a terminal before it settles, in addition to the bank's caps. Pure.
import {
  ensure,
  isAtLeast,
  isCurrency,
  toUnits,
  type Amount,
  type Currency,
} from '@fabric-offline-pay/domain';
import { ConfigurationError } from '../../errors.js';
import type { AcceptedPayment } from './records.js';

/** Limits of one currency. A missing field means no limit. */
export interface CurrencyLimits {
  /** The largest amount of one payment, in minor units. */
  readonly perPayment?: Amount;
  /** The largest sum of all payments that wait, in minor units. */
  readonly storedSum?: Amount;
  /** The largest number of payments that wait. */
  readonly storedCount?: number;
}

/** What a terminal may take before it settles. */
export interface TillLimits {
  /** By currency. If given, the terminal refuses every currency that is not named. If not given, no currency is limited. */
  readonly currencies?: Readonly<Record<Currency, CurrencyLimits>>;
  /** How long a payment may wait, in seconds, before the terminal takes no further one. */
  readonly oldestSeconds?: number;
}

type AskedAmount = Pick<AcceptedPayment, 'amount' | 'currency'>;
type WaitingPayment = Pick<AcceptedPayment, 'amount' | 'currency' | 'acceptedAt'>;

function ensureCurrency(
  limits: CurrencyLimits,
  open: readonly WaitingPayment[],
  { amount, currency }: AskedAmount,
): void {
  const { perPayment, storedSum, storedCount } = limits;
  const within = perPayment === undefined || isAtLeast(perPayment, amount);
  ensure(within, 'OFFLINE_TILL_OVER_PAYMENT', { currency, perPayment });
  const stored = open.filter((payment) => payment.currency === currency);
  const count = stored.length;
  ensure(storedCount === undefined || count < storedCount, 'OFFLINE_TILL_FULL', {
    currency,
    count,
    storedCount,
  });
  const sum = stored.reduce((total, payment) => total + toUnits(payment.amount), 0n);
  const fits = storedSum === undefined || sum + toUnits(amount) <= toUnits(storedSum);
  ensure(fits, 'OFFLINE_TILL_FULL', { currency, sum: sum.toString(), storedSum });
}

/**
 * @param open all payments that wait
 * @param at when the payment was asked for. A payment within the limits at that time is not refused because it aged since
 * @throws {DomainError} OFFLINE_TILL_OVERDUE, OFFLINE_TILL_CURRENCY, OFFLINE_TILL_OVER_PAYMENT, OFFLINE_TILL_FULL
 */
export function ensureWithinLimits(
  { currencies, oldestSeconds = Infinity }: TillLimits,
  open: readonly WaitingPayment[],
  asked: AskedAmount,
  at: number,
): void {
  const oldest = Math.min(...open.map(({ acceptedAt }) => acceptedAt));
  ensure(!(at - oldest > oldestSeconds), 'OFFLINE_TILL_OVERDUE', { oldest, oldestSeconds });
  if (currencies === undefined) return;
  const { currency } = asked;
  const limits = Object.hasOwn(currencies, currency) ? currencies[currency] : undefined;
  ensure(limits !== undefined, 'OFFLINE_TILL_CURRENCY', { currency });
  ensureCurrency(limits, open, asked);
}

const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;

const isPositiveAmount = (value: unknown): boolean =>
  typeof value === 'string' && /^[1-9][0-9]{0,17}$/.test(value);

type IsLimit = (value: unknown) => boolean;

const IS_LIMIT: ReadonlyMap<string, IsLimit> = new Map(
  Object.entries({
    perPayment: isPositiveAmount,
    storedSum: isPositiveAmount,
    storedCount: isCount,
  } satisfies Record<keyof CurrencyLimits, IsLimit>),
);

function checkCurrency(currency: Currency, limits: CurrencyLimits): void {
  const option = `limits.currencies.${currency}`;
  if (!isCurrency(currency)) throw new ConfigurationError(option, 'must be an ISO 4217 code');
  for (const [name, value] of Object.entries(limits))
    if (IS_LIMIT.get(name)?.(value) !== true)
      throw new ConfigurationError(`${option}.${name}`, 'must be a limit above 0');
}

/** @throws {ConfigurationError} for limits without effect or with a misspelt name */
export function checkTillLimits({ currencies = {}, oldestSeconds }: TillLimits): void {
  if (oldestSeconds !== undefined && !isCount(oldestSeconds))
    throw new ConfigurationError('limits.oldestSeconds', 'must be 1 or more');
  for (const [currency, limits] of Object.entries(currencies)) checkCurrency(currency, limits);
}
