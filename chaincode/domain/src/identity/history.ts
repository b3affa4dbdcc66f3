// SPDX-License-Identifier: Apache-2.0
// The keys of entries in a customer's history. Penalties sort before successes, so that many small successes cannot keep a
// penalty from being counted. A subject begins with its kind, so that names from two parties never give the same subject.
import type { KeyOf } from '../ledger/row-keys.js';
import type { HistoryKind, ReserveKey } from '../ledger/rows.js';
import type { OrderKey } from '../ledger/order-shapes.js';

const historyOfOrder = ({ merchantId, orderNumber }: OrderKey): string =>
  `order~${merchantId}~${orderNumber}`;

/** The subject of an entry. No identifier contains `~`. */
export const HISTORY_OF = {
  /** An order. */
  order: historyOfOrder,
  /** An order may be disputed more than once. */
  dispute: (order: OrderKey, disputeId: string): string => `${historyOfOrder(order)}~${disputeId}`,
  /** A device's reserve. */
  reserve: ({ deviceId, epoch }: ReserveKey): string => `reserve~${deviceId}~${epoch.toString()}`,
  /** A failed login. */
  login: (loginId: string): string => `login~${loginId}`,
} as const;

type HistoryKey = KeyOf<'history'>;

/** A subject has at most one success. It may later turn into a purchase that is not a success. */
export const successKey = (customerId: string, subject: string): HistoryKey => [
  customerId,
  'success',
  subject,
  'success',
];

/** The key of an entry that lowers the score. */
export const penaltyKey = (
  customerId: string,
  subject: string,
  kind: Exclude<HistoryKind, 'success' | 'purchase'>,
): HistoryKey => [customerId, 'penalty', subject, kind];
