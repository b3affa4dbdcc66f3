// SPDX-License-Identifier: Apache-2.0
// Money: integer minor units of an ISO 4217 currency. It is a decimal string on the wire and a bigint in arithmetic, never a
// float.
import { code as iso4217 } from 'currency-codes';
import { ensure } from './errors.js';

/** Minor units as a decimal string, e.g. `"1250"` for EUR 12.50. At most 18 digits. */
export type Amount = string;

/** A sum of amounts in minor units, with any number of digits. */
export type Sum = string;

/** Three upper-case letters of ISO 4217. */
export type Currency = string;

export const AMOUNT_PATTERN = /^(0|[1-9][0-9]{0,17})$/;

/** A sum over many amounts, for example all money on the ledger. Canonical, of any length. */
export const SUM_PATTERN = /^(0|[1-9][0-9]*)$/;

const LIMIT = 10n ** 18n;

/** @returns whether ISO 4217 knows the code. */
export const isCurrency = (code: string): boolean =>
  /^[A-Z]{3}$/.test(code) && iso4217(code) !== undefined;

/**
 * @returns how many decimal digits the currency's minor unit has (EUR 2, JPY 0, BHD 3).
 * @throws {DomainError} INPUT_INVALID for a code that ISO 4217 does not know.
 */
export function exponentOf(currency: Currency): number {
  const entry = isCurrency(currency) ? iso4217(currency) : undefined;
  ensure(entry !== undefined, 'INPUT_INVALID', { field: 'currency', currency });
  return entry.digits;
}

/** @throws {DomainError} INPUT_INVALID unless the text is a canonical amount. */
export function toUnits(amount: Amount): bigint {
  ensure(AMOUNT_PATTERN.test(amount), 'INPUT_INVALID', { field: 'amount' });
  return BigInt(amount);
}

/** @returns whether an amount can hold the units. */
export const isAmountOf = (units: bigint): boolean => units >= 0n && units < LIMIT;

/** @throws {DomainError} INPUT_INVALID when the sum is negative or has more than 18 digits. */
export function toAmount(units: bigint): Amount {
  ensure(isAmountOf(units), 'INPUT_INVALID', { field: 'amount', reason: 'out of range' });
  return units.toString();
}

/** @returns the sum. @throws {DomainError} INPUT_INVALID when it has more digits than an amount may have. */
export const addAmounts = (...amounts: readonly Amount[]): Amount =>
  toAmount(amounts.reduce((sum, amount) => sum + toUnits(amount), 0n));

/** @throws {DomainError} INPUT_INVALID when the result would be negative. Check with {@link isAtLeast} first. */
export const subtractAmounts = (from: Amount, amount: Amount): Amount =>
  toAmount(toUnits(from) - toUnits(amount));

/** @throws {DomainError} INPUT_INVALID unless the text is a canonical sum. */
export function sumToUnits(sum: Sum): bigint {
  ensure(SUM_PATTERN.test(sum), 'INPUT_INVALID', { field: 'sum' });
  return BigInt(sum);
}

/** @returns the sum of all. Amounts are sums too. */
export const addSums = (...sums: readonly Sum[]): Sum =>
  sums.reduce((total, sum) => total + sumToUnits(sum), 0n).toString();

/** @throws {DomainError} INPUT_INVALID when the result would be negative. Check with {@link isSumAtLeast} first. */
export function subtractSums(from: Sum, sum: Sum): Sum {
  const rest = sumToUnits(from) - sumToUnits(sum);
  ensure(rest >= 0n, 'INPUT_INVALID', { field: 'sum', reason: 'out of range' });
  return rest.toString();
}

/** @returns whether the first sum is equal to the other or larger. */
export const isSumAtLeast = (sum: Sum, other: Sum): boolean => sumToUnits(sum) >= sumToUnits(other);

/** @returns the amount, or the sum when that is smaller. */
export const atMostOfSum = (sum: Sum, amount: Amount): Amount =>
  isSumAtLeast(sum, amount) ? amount : sum;

/** @returns the product. @throws {DomainError} INPUT_INVALID when the result does not fit an amount. */
export const multiplyAmount = (amount: Amount, times: number): Amount =>
  toAmount(toUnits(amount) * BigInt(times));

/** @returns whether the first amount is equal to the other or larger. */
export const isAtLeast = (amount: Amount, other: Amount): boolean =>
  toUnits(amount) >= toUnits(other);

export const minimumAmount = (a: Amount, b: Amount): Amount => (isAtLeast(a, b) ? b : a);

/**
 * Reads a decimal, for example `12.50`, with the currency's own number of digits.
 * @throws {DomainError} INPUT_INVALID when it is not a decimal, has too many digits, or is negative.
 * @example parseDecimal('12.5', 'EUR') // '1250'
 */
export function parseDecimal(text: string, currency: Currency): Amount {
  const exponent = exponentOf(currency);
  const match = /^(\d{1,18})(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[2] ?? '';
  ensure(match !== null && fraction.length <= exponent, 'INPUT_INVALID', {
    field: 'amount',
    currency,
  });
  return toAmount(BigInt(`${match[1] ?? ''}${fraction.padEnd(exponent, '0')}`));
}

/**
 * Writes minor units, an amount or a sum of any length, as a decimal with the currency's own number of digits.
 * @throws {DomainError} INPUT_INVALID unless the text is canonical.
 * @example formatAmount('1250', 'EUR') // '12.50'
 */
export function formatAmount(units: string, currency: Currency): string {
  const exponent = exponentOf(currency);
  ensure(SUM_PATTERN.test(units), 'INPUT_INVALID', { field: 'amount' });
  const digits = units.padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  return exponent === 0 ? whole : `${whole}.${digits.slice(-exponent)}`;
}
