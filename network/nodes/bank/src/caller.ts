// SPDX-License-Identifier: Apache-2.0
// The caller of an operation, from its certificate, and how much it may still call.
import { ATTRIBUTES } from '@fabric-offline-pay/domain';
import type { CapKind } from './caps.js';

/** The role of the bank's web pages and app. No transaction of the ledger allows this role; it only opens this service. */
export const CUSTOMER_CHANNEL = 'customer-channel';

/** The roles that the bank's authority gives to client certificates. */
export const BANK_ROLES = [...ATTRIBUTES, CUSTOMER_CHANNEL] as const;

export type BankRole = (typeof BANK_ROLES)[number];

/** @returns whether this text from a certificate is a role that this version knows. */
export const isBankRole = (text: unknown): text is BankRole =>
  BANK_ROLES.some((role) => role === text);

export interface Caller {
  /** The name that the bank's authority registered. All certificates of one holder have the same name. */
  readonly name: string;
  /**
   * Counts one more call of this kind.
   * @returns a function that takes the count back.
   * @throws {CapReached} when the caller has reached its cap.
   */
  readonly spend: (kind: CapKind) => () => void;
}
