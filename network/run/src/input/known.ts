// SPDX-License-Identifier: Apache-2.0
// What files may refer to without naming it themselves: what was enrolled before, by an earlier run or by hand.
import type { Customer } from './rows/customer.js';
import type { Goods } from './rows/goods.js';

/** Goods as the ledger has them: names are not on it. */
export type Registered = Omit<Goods, 'name'>;

/** A customer of the ledger, and what of it is on this machine. */
export interface KnownCustomer {
  /** The key that signs for it. */
  readonly hasDevice: boolean;
  /** Its row in a customers file that an earlier run enrolled; undefined for a customer enrolled by hand, or when the file is gone. */
  readonly row: Customer | undefined;
}

/** What the ledger has of what the files refer to and do not have. */
export interface Known {
  readonly merchants: ReadonlySet<string>;
  readonly couriers: ReadonlySet<string>;
  /** Logistics companies that have couriers. */
  readonly logistics: ReadonlySet<string>;
  readonly customers: ReadonlyMap<string, KnownCustomer>;
  /** By merchant and GTIN. */
  readonly goods: ReadonlyMap<string, Registered>;
}

export const NOTHING_KNOWN: Known = {
  merchants: new Set(),
  couriers: new Set(),
  logistics: new Set(),
  customers: new Map(),
  goods: new Map(),
};
