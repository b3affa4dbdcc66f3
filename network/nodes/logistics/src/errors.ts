// SPDX-License-Identifier: Apache-2.0
// What this node refuses by itself, besides the refusals of the ledger. Codes are stable.
import { CodedError, type RefusalTexts } from '@fabric-offline-pay/node-common/client';

export const LOGISTICS_ERRORS = {
  COURIER_NOT_CHOSEN: {
    status: 409,
    meaning: 'The customer signed terms with another courier, whom ratings and blame would meet.',
    remedy: 'Give the waybill to the courier that its terms name.',
  },
  ADDRESSES_NOT_HELD: {
    status: 409,
    meaning: 'The node does not have the addresses that the customer offered for this order.',
    remedy: 'Get them from the bank again, send them with holdAddresses, then repeat the call.',
  },
  ADDRESS_NOT_NEEDED: {
    status: 409,
    meaning: 'Nobody of this company needs the address of this order, or needs it any longer.',
    remedy: 'Do not send it. readWaybill tells how far the delivery is.',
  },
  NOT_ENOUGH_GOODS: {
    status: 409,
    meaning:
      'Fewer pieces of these goods stand in that place, or they stand there for other orders.',
    remedy: 'Look with findGoods where they are, or record the moves that are missing.',
  },
  GOODS_NOT_ASSIGNED: {
    status: 409,
    meaning: 'The order has fewer pieces of these goods, or none, and a courier moves no others.',
    remedy:
      'Look with readWaybill what was ordered and moved. A dispatcher moves what belongs to no order.',
  },
  PLACE_FULL: {
    status: 409,
    meaning: 'A place holds at most 1,000,000 pieces of one kind of goods.',
    remedy: 'Record the moves that went out, or bring the pieces to another place.',
  },
  PLACE_UNKNOWN: {
    status: 404,
    meaning: 'The company has no such place, or uses it no longer.',
    remedy: 'Record the place with recordPlace, or correct its id.',
  },
  PLAN_DONE: {
    status: 409,
    meaning: 'This registration of the courier has already been sent to the ledger.',
    remedy: 'Plan another one with a later validFrom.',
  },
  DAY_NOT_OVER: {
    status: 409,
    meaning: 'This day is not over, so that more can be earned on it.',
    remedy: 'Close an earlier day.',
  },
  PAYOUT_TOO_LARGE: {
    status: 409,
    meaning: 'The balance that can be paid out is smaller than this amount, or is empty.',
    remedy: 'Look with readMoney what can be paid out; the bank rolls up new credits first.',
  },
} as const satisfies Record<string, RefusalTexts>;

export type LogisticsErrorCode = keyof typeof LOGISTICS_ERRORS;

/** A refusal by this node. Holds no personal data: a field is named, never quoted. */
export class LogisticsError extends CodedError<LogisticsErrorCode> {
  override readonly name = 'LogisticsError';

  constructor(code: LogisticsErrorCode, field?: string) {
    super(code, LOGISTICS_ERRORS[code], { field });
  }
}
