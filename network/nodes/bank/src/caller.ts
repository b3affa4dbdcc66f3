// SPDX-License-Identifier: Apache-2.0
// Who calls an operation, as its certificate says, and how much of it is left to that caller.
import { ATTRIBUTES } from '@fabric-offline-pay/domain';
import type { CapKind } from './caps.js';

/** What customers use: the bank's web pages, its app. No transaction of the ledger knows this role, and it calls nothing but this service. */
export const CUSTOMER_CHANNEL = 'customer-channel';

/** The roles that the bank's authority gives to clients. */
export const BANK_ROLES = [...ATTRIBUTES, CUSTOMER_CHANNEL] as const;

export type BankRole = (typeof BANK_ROLES)[number];

/** @returns whether text of a certificate is a role that this version knows. */
export const isBankRole = (text: unknown): text is BankRole =>
  BANK_ROLES.some((role) => role === text);

export interface Caller {
  /** The name under which the bank's authority registered it: another certificate of the same holder has the same. */
  readonly name: string;
  /**
   * Counts one more.
   * @returns what takes it back.
   * @throws {CapReached} when the caller has used up what it may in this time.
   */
  readonly spend: (kind: CapKind) => () => void;
}
