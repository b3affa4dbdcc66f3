// SPDX-License-Identifier: Apache-2.0
// What CSV, camt.053 and PDF write alike: signed decimals, instants, goods.
import { formatAmount } from '@fabric-offline-pay/domain';
import type { SignedAmount, StatementHead, StatementLine } from './account-statement.js';

const isNegative = (amount: SignedAmount): boolean => amount.startsWith('-');

/** @returns without its sign */
export const magnitude = (amount: SignedAmount): string =>
  isNegative(amount) ? amount.slice(1) : amount;

/** @returns with the currency's own number of digits, `-54.50` */
export const decimal = (amount: SignedAmount, currency: string): string =>
  `${isNegative(amount) ? '-' : ''}${formatAmount(magnitude(amount), currency)}`;

/** ISO 20022: money that the account gets is a credit. */
export const creditOrDebit = (amount: SignedAmount): 'CRDT' | 'DBIT' =>
  isNegative(amount) ? 'DBIT' : 'CRDT';

/** The end of the year 9999: later instants have no date of four digits. */
const LAST_INSTANT = 253_402_300_799_000;

/** @returns ISO 8601 in UTC, to the second */
export const instantText = (instant: number): string =>
  `${new Date(Math.min(instant, LAST_INSTANT)).toISOString().slice(0, 19)}Z`;

/** `2 x Charger (4006381333948) at 24.90` */
export const goodsText = (
  { gtin, name, quantity, unitPrice }: StatementLine,
  currency: string,
): string => {
  const goods = name === null ? gtin : `${name} (${gtin})`;
  return `${quantity} x ${goods} at ${formatAmount(unitPrice, currency)}`;
};

/** Where the ledger stood, so that anybody can read it up to there and compare. */
export const heightText = ({ height }: StatementHead): string =>
  height.block < 0 ? 'before the first block' : `block ${height.block} ${height.hash}`;
