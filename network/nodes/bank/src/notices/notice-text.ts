// SPDX-License-Identifier: Apache-2.0
// What customers read of their orders. No personal data: payee, order number, amount.
import { formatAmount, type Amount, type Currency } from '@fabric-offline-pay/domain';
import type { NoticeKind } from '../database/schema.js';

/** What a text is about. */
export interface NoticeSubject {
  readonly merchantId: string;
  readonly orderNumber: string;
  readonly currency: Currency;
  /** Minor units. */
  readonly amount: Amount | null;
}

const TEXTS: Readonly<Record<NoticeKind, (money: string, order: string) => string>> = {
  deducted: (money, order) => `Paid: ${money} for ${order}.`,
  refunded: (money, order) => `Refunded: ${money} of ${order}.`,
  returned: (money, order) => `You can spend ${money} again that was held for ${order}.`,
  alarm: (_, order) =>
    `The bank checks ${order}, because the parties' records of it differ. Nothing is paid meanwhile.`,
  alarmResolved: (_, order) => `The bank has checked ${order}: it can be paid.`,
  alarmUpheld: (_, order) => `The bank has checked ${order}: it is not paid.`,
  delivered: (_, order) => `Delivered: ${order}.`,
  deliveredUnproven: (_, order) =>
    `The courier reports that it delivered ${order}. If you did not get it, tell the bank at once.`,
  disputed: (_, order) => `The bank has your dispute of ${order}.`,
  disputeUpheld: (_, order) => `The bank decided for you in the dispute of ${order}.`,
  disputeRejected: (_, order) => `The bank decided against you in the dispute of ${order}.`,
};

/** Begins with a word, never with a digit: a message that begins with digits carries a code. */
export function noticeText(
  kind: NoticeKind,
  { merchantId, orderNumber, currency, amount }: NoticeSubject,
): string {
  const money = amount === null ? '' : `${currency} ${formatAmount(amount, currency)}`;
  return TEXTS[kind](money, `order ${orderNumber} at ${merchantId}`);
}
