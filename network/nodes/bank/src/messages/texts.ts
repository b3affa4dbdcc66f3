// SPDX-License-Identifier: Apache-2.0
// Texts and ids of the messages to customers. No personal data: only the code and, for an order, payee and amount.
import { formatAmount } from '@fabric-offline-pay/domain';

/** Identifiers never hold this character. */
const SEPARATOR = '~';

/** @returns the beginning of the ids of a login's messages, or of its messages for one order or change. */
export const messagePrefix = (loginId?: string, boundTo?: string): string =>
  [loginId, loginId === undefined ? undefined : boundTo]
    .filter((part) => part !== undefined)
    .map((part) => `${part}${SEPARATOR}`)
    .join('');

/** @returns the id of the message that carries a code. */
export const messageId = (loginId: string, boundTo: string, codeId: string): string =>
  `${messagePrefix(loginId, boundTo)}${codeId}`;

const validity = (seconds: number): string =>
  `Valid for ${seconds} seconds. The bank never asks for it. Tell it to nobody.`;

/** Begins with the code, because phones that fill in codes expect it there. */
export const loginText = (code: string, seconds: number): string =>
  `${code} is your code to log in. ${validity(seconds)}`;

/** @returns the id of a message without a code: it does not begin with a login's id, so that it is never read as one with a code. */
export const otherMessageId = (...parts: readonly string[]): string =>
  ['', ...parts].join(SEPARATOR);

/** Does not begin with a login's id, so that it is never read as a message with a code. */
export const settledMessageId = (merchantId: string, orderNumber: string): string =>
  otherMessageId(merchantId, orderNumber);

/** Tells the customer about an offline payment, which the bank could not check when it was made. */
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

/** Dynamic linking (PSD2 RTS, Art. 5): the payer reads payee and amount with the code. */
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

/** The content of a change of telephone or password. */
export interface ChangeWords {
  readonly changeId: string;
  /** The new telephone. */
  readonly phone: string | null;
  readonly hasPassword: boolean;
}

const LAST_DIGITS = 3;

/** The last digits are enough to see that the number is not one's own. All digits would tell too much to a finder of the old telephone. */
const changeOf = ({ phone, hasPassword }: ChangeWords): string =>
  [
    ...(phone === null ? [] : [`the telephone number that ends in ${phone.slice(-LAST_DIGITS)}`]),
    ...(hasPassword ? ['a new password'] : []),
  ].join(' and ');

/** @returns the id of a message about a change; there is one per event. */
export const changeMessageId = (changeId: string, event: string): string =>
  otherMessageId('change', changeId, event);

export const changeCodeText = (code: string, seconds: number, change: ChangeWords): string =>
  `${code} confirms ${changeOf(change)} for your account, and nothing else. ${validity(seconds)}`;

const hours = (seconds: number): string => `${Math.ceil(seconds / 3600).toString()} hours`;

export const changeWaitsText = (change: ChangeWords, seconds: number): string =>
  `Your account gets ${changeOf(change)} in ${hours(seconds)}. If that was not you, cancel change ${change.changeId} in your account, or tell the bank at once.`;

export const recoveryAskedText = (change: ChangeWords): string =>
  `Somebody asked at the bank for ${changeOf(change)} for your account. If that was not you, cancel change ${change.changeId} in your account, or tell the bank at once.`;

export const changeCancelledText = (change: ChangeWords): string =>
  `Change ${change.changeId} (${changeOf(change)}) was cancelled. Your account stays as it was.`;
