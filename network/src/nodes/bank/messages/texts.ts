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
    payee,
    amount,
    currency,
  }: { readonly payee: string; readonly amount: string; readonly currency: string },
): string =>
  `${code} confirms the payment of ${currency} ${formatAmount(amount, currency)} to ${payee}, and no other. ${validity(seconds)}`;
