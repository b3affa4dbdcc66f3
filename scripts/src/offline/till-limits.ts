// SPDX-License-Identifier: Apache-2.0
// Parses the merchant's own limits of a terminal, such as `EUR:payment=50.00,sum=500.00,count=40`, in units of money.
import { formatAmount, isCurrency, parseDecimal, type Currency } from '@fabric-offline-pay/domain';
import { numberOf, wholeNumber } from '@fabric-offline-pay/node-common';
import { ConfigurationError } from '@fabric-offline-pay/sdk';
import {
  checkTillLimits,
  type CurrencyLimits,
  type TillLimits,
} from '@fabric-offline-pay/sdk/offline';

const refuse = (reason: string): never => {
  throw new ConfigurationError('--limit', reason);
};

const MOST_PAYMENTS = 999_999_999;

const READ: Readonly<Record<string, (value: string, currency: Currency) => CurrencyLimits>> = {
  payment: (value, currency) => ({ perPayment: parseDecimal(value, currency) }),
  sum: (value, currency) => ({ storedSum: parseDecimal(value, currency) }),
  count: (value) => ({
    storedCount: wholeNumber(value, { least: 1, most: MOST_PAYMENTS }) ?? Number.NaN,
  }),
};

/** A name, and everything after the sign: nothing that was typed is dropped. */
const split = (text: string, sign: string): readonly [string, string] => {
  const at = text.indexOf(sign);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
};

function readPart(part: string, currency: Currency): CurrencyLimits {
  const [name, value] = split(part, '=');
  const read = Object.hasOwn(READ, name) ? READ[name] : undefined;
  return read?.(value, currency) ?? refuse(`${part} is not payment=, sum= or count=`);
}

function readLimit(text: string): readonly [Currency, CurrencyLimits] {
  const [currency, rest] = split(text, ':');
  if (!isCurrency(currency)) return refuse(`${text} does not begin with a currency and a colon`);
  const parts = rest.split(',');
  const names = parts.map((part) => split(part, '=')[0]);
  if (new Set(names).size < names.length) refuse(`${text} limits one thing twice`);
  const limits = parts.map((part) => readPart(part, currency));
  return [currency, Object.assign({}, ...limits) as CurrencyLimits];
}

export interface LimitsOptions {
  readonly limit: readonly string[];
  readonly oldestHours?: string;
  /** False removes the earlier limits. */
  readonly limits: boolean;
}

/**
 * The new limits. A limit that is not given stays as it was.
 * @throws {ConfigurationError} as {@link parseLimits}
 */
export function newLimits(
  before: TillLimits | undefined,
  { limit, oldestHours, limits }: LimitsOptions,
): TillLimits | undefined {
  const told = parseLimits(limit, oldestHours);
  return limits && before !== undefined ? { ...before, ...told } : told;
}

const currencyText = (currency: Currency, of: CurrencyLimits): string =>
  [
    ...(of.perPayment === undefined ? [] : [`${formatAmount(of.perPayment, currency)} a payment`]),
    ...(of.storedSum === undefined ? [] : [`${formatAmount(of.storedSum, currency)} waiting`]),
    ...(of.storedCount === undefined ? [] : [`${of.storedCount.toString()} payments waiting`]),
  ].join(', ') + ` in ${currency}`;

/** The limits in words. */
export const limitsText = ({ currencies, oldestSeconds }: TillLimits): string =>
  [
    ...Object.entries(currencies ?? {}).map(([currency, of]) => currencyText(currency, of)),
    ...(oldestSeconds === undefined
      ? []
      : [`nothing while a payment has waited for ${(oldestSeconds / 3600).toString()} h`]),
  ].join('; ');

/**
 * @param limits one text per currency
 * @param oldestHours how long a payment may wait
 * @returns undefined when there is no limit.
 * @throws {ConfigurationError} for another form, a text that limits nothing, and two texts for one currency.
 */
export function parseLimits(
  limits: readonly string[],
  oldestHours: string | undefined,
): TillLimits | undefined {
  const read = limits.map(readLimit);
  const currencies = Object.fromEntries(read);
  if (Object.keys(currencies).length < read.length) refuse('a currency is given twice');
  const of = {
    ...(read.length > 0 && { currencies }),
    ...(oldestHours !== undefined && {
      oldestSeconds: (numberOf(oldestHours) ?? Number.NaN) * 3600,
    }),
  };
  checkTillLimits(of);
  return Object.keys(of).length === 0 ? undefined : of;
}
