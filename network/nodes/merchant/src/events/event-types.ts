// SPDX-License-Identifier: Apache-2.0
// Everything that a shop can be told by webhook, with the shape of its data: identifiers, states and amounts in minor units. Nothing
// about people, not even the customer's pseudonym.
import { amount, currency, identifier } from '@fabric-offline-pay/domain';
import * as z from 'zod';

const order = z.strictObject({ merchantId: identifier, orderNumber: identifier });
const inState = order.extend({ state: z.string().describe('state of the order after it') });
const ofMoney = inState.extend({ currency, amount });
const dispute = inState.extend({ disputeId: identifier });
const payout = z.strictObject({ payeeId: identifier, redeemId: identifier, currency, amount });
const batch = z.strictObject({
  merchantId: identifier,
  batchId: identifier,
  currency,
  amount,
  payments: z.int().describe('how many payments were settled'),
});

const event = <Schema extends z.ZodObject>(summary: string, data: Schema) => ({ summary, data });

/** Names are stable. */
export const EVENT_TYPES = {
  'order.opened': event('The basket stands on the ledger, unsigned.', inState),
  'order.placed': event('The customer signed the order.', inState),
  'order.authorised': event("The order's total is held for it.", ofMoney),
  'order.matched': event('All three statements of the order agree.', inState),
  'order.alarm': event('The statements differ: the bank checks the order.', inState),
  'order.alarmResolved': event('The bank checked the order: it can be paid.', inState),
  'order.alarmUpheld': event('The bank checked the order: it is not paid.', inState),
  'order.captured': event('The bank captured money.', ofMoney),
  'order.released': event('The captured money is credited to the payees.', inState),
  'order.voided': event('Held money went back to the customer.', ofMoney),
  'order.expired': event('The hold ended before everything was captured.', inState),
  'order.refunded': event('Money went back to the customer after capture.', ofMoney),
  'order.pickedUp': event('The courier has the goods.', inState),
  'order.delivered': event('The goods are delivered, proven by the customer.', inState),
  'order.deliveredUnproven': event('Only the courier says that it delivered.', inState),
  'order.paidOffline': event('A voucher without a network pays the order.', inState),
  'dispute.opened': event('The customer disputes the order. Evidence has a deadline.', dispute),
  'dispute.upheld': event('The dispute was decided for the customer.', dispute),
  'dispute.rejected': event('The dispute was decided for the merchant.', dispute),
  'batch.settled': event('Payments without a network were settled.', batch),
  'payment.refunded': event(
    'A payment without a network was refunded; the amount is everything so far.',
    order.extend({
      ...{ currency, amount },
      batchId: identifier.nullable().describe('null: it was settled when another followed it'),
      counter: z.int().describe('tells payments of a device apart'),
    }),
  ),
  'payout.requested': event('A payout was asked for.', payout),
  'payout.paid': event('The bank redeemed the money of a payout.', payout),
} as const;

export type EventType = keyof typeof EVENT_TYPES;

export const EVENT_TYPE_NAMES = Object.keys(EVENT_TYPES) as [EventType, ...EventType[]];

/** Something that happened, once. */
export interface MerchantEvent {
  /** Natural key: of what it is about, and what made it happen. */
  readonly key: readonly string[];
  readonly type: EventType;
  /** Events of one subject are told in their order. */
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Seconds since 1970, as the ledger has it. */
  readonly at: number;
}
