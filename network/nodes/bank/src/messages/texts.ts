// SPDX-License-Identifier: Apache-2.0
// What customers read, and how their messages are named. No personal data: only the code and, for an order, payee and amount.
import { formatAmount } from '@fabric-offline-pay/domain';

/** Identifiers never hold this character. */
const SEPARATOR = '~';

/** @returns the beginning of the ids of a login's messages, or of those bound to one thing. */
export const messagePrefix = (loginId?: string, boundTo?: string): string =>
  [loginId, loginId === undefined ? undefined : boundTo]
    .filter((part) => part !== undefined)
    .map((part) => `${part}${SEPARATOR}`)
    .join('');

/** @returns the id of the message that carries a code. */
export const messageId = (loginId: string, boundTo: string, codeId: string): string =>
  `${messagePrefix(loginId, boundTo)}${codeId}`;

const validity = (seconds: number): string =>
  `Valid for ${seconds} seconds. The bank never asks for it: tell it to nobody.`;

/** Begins with the code, as phones expect that fill it in by themselves. */
export const loginText = (code: string, seconds: number): string =>
  `${code} is your code to log in. ${validity(seconds)}`;

/** Begins with no login's id, so that it is never taken for a code's. */
export const settledMessageId = (merchantId: string, orderNumber: string): string =>
  ['', merchantId, orderNumber].join(SEPARATOR);

/** Tells the customer of a payment that nobody could refuse at the time: its device had no network. */
export const settledText = ({
  merchantId,
  orderNumber,
  currency,
  total,
}: {
  readonly merchantId: string;
  readonly orderNumber: string;
  readonly currency: string;
  readonly total: string;
}): string =>
  `Paid offline with your device: ${currency} ${formatAmount(total, currency)} to ${merchantId}, order ${orderNumber}. If that was not you, tell the bank at once.`;

/** Dynamic linking (PSD2 RTS, Art. 5): the payer sees payee and amount with the code. */
export const stepUpText = (
  code: string,
  seconds: number,
  {
    merchantId,
    total,
    currency,
  }: { readonly merchantId: string; readonly total: string; readonly currency: string },
): string =>
  `${code} confirms the payment of ${currency} ${formatAmount(total, currency)} to ${merchantId}, and no other. ${validity(seconds)}`;

/** What a change of credentials is about, in words. */
export interface ChangeWords {
  readonly changeId: string;
  /** The new telephone. */
  readonly phone: string | null;
  readonly hasPassword: boolean;
}

const LAST_DIGITS = 3;

/** The end of the new number is enough to see that it is not one's own; the whole would tell more than the old telephone's finder needs. */
const changeOf = ({ phone, hasPassword }: ChangeWords): string =>
  [
    ...(phone === null ? [] : [`the telephone number that ends in ${phone.slice(-LAST_DIGITS)}`]),
    ...(hasPassword ? ['a new password'] : []),
  ].join(' and ');

/** @returns the id of a message about a change; there is one of each event. */
export const changeMessageId = (changeId: string, event: string): string =>
  ['', 'change', changeId, event].join(SEPARATOR);

export const changeCodeText = (code: string, seconds: number, change: ChangeWords): string =>
  `${code} confirms ${changeOf(change)} for your account, and nothing else. ${validity(seconds)}`;

const hours = (seconds: number): string => `${Math.ceil(seconds / 3600).toString()} hours`;

export const changeWaitsText = (change: ChangeWords, seconds: number): string =>
  `Your account gets ${changeOf(change)} in ${hours(seconds)}. If that was not you, cancel change ${change.changeId} in your account, or tell the bank at once.`;

export const recoveryAskedText = (change: ChangeWords): string =>
  `Somebody asked at the bank for ${changeOf(change)} for your account. If that was not you, cancel change ${change.changeId} in your account, or tell the bank at once.`;

export const changeCancelledText = (change: ChangeWords): string =>
  `Change ${change.changeId} (${changeOf(change)}) was cancelled. Your account stays as it was.`;
