// SPDX-License-Identifier: Apache-2.0
// What every operation and every job of the node uses.
import type { Alerts } from './alerts/alerts.js';
import type { Asks } from './asks.js';
import type { Clock } from './clock.js';
import type { LogisticsDatabase } from './database/schema.js';
import type { LogisticsLedger } from './ledger.js';
import type { LogisticsRules } from './rules.js';

export interface LogisticsContext {
  readonly db: LogisticsDatabase;
  readonly ledger: LogisticsLedger;
  readonly clock: Clock;
  readonly rules: LogisticsRules;
  readonly alerts: Alerts;
  readonly asks: Asks;
  /** Begins at once what was asked for: to be called when the transaction that asked was committed. */
  readonly wake: () => void;
  /** @returns when the tables have this block, or after a short while; the tables follow in any case. */
  readonly followed: (block: bigint) => Promise<void>;
}

/** A role of this node only: a shop's server, with a certificate from this company. No transaction allows it. */
export const SHOP_CHANNEL = 'shop-channel';

export const LOGISTICS_ROLES = ['dispatcher', 'courier', 'operator', SHOP_CHANNEL] as const;

export type Role = (typeof LOGISTICS_ROLES)[number];

/** Who calls, from the client certificate. It bears as its name a courier's or a merchant's id on the ledger, for these two. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
}

/** What an operation gets, besides its input. */
export interface CallContext {
  readonly node: LogisticsContext;
  readonly caller: Caller;
}
