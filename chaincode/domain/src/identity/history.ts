// SPDX-License-Identifier: Apache-2.0
// Where entries of a customer's history stand. Penalties sort before successes, so that no number of small successes keeps
// one from being counted. A subject names its kind first: nothing that two parties name can be the same subject.
import type { KeyOf } from '../ledger/row-keys.js';
import type { HistoryKind, ReserveKey } from '../ledger/rows.js';
import type { OrderKey } from '../ledger/order-shapes.js';

const orderSubject = ({ merchantId, orderNumber }: OrderKey): string =>
  `order~${merchantId}~${orderNumber}`;

/** What an entry is about. No identifier contains `~`. */
export const HISTORY_OF = {
  /** An order. */
  order: orderSubject,
  /** An order may be disputed more than once. */
  dispute: (order: OrderKey, disputeId: string): string => `${orderSubject(order)}~${disputeId}`,
  /** The money that is set aside for a device. */
  reserve: ({ deviceId, epoch }: ReserveKey): string => `reserve~${deviceId}~${epoch.toString()}`,
  /** A login that came to nothing. */
  login: (loginId: string): string => `login~${loginId}`,
} as const;

type HistoryKey = KeyOf<'history'>;

/** A subject leaves one success at most, which may turn into a purchase that is none. */
export const successKey = (customerId: string, subject: string): HistoryKey => [
  customerId,
  'success',
  subject,
  'success',
];

/** Whatever lowers the score. */
export const penaltyKey = (
  customerId: string,
  subject: string,
  kind: Exclude<HistoryKind, 'success' | 'purchase'>,
): HistoryKey => [customerId, 'penalty', subject, kind];
