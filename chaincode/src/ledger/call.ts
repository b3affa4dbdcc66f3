// SPDX-License-Identifier: Apache-2.0
// One call of a transaction, as its handler sees it: checked input, known caller, the time, the rows.
import type { UnitId } from '@fabric-offline-pay/domain';
import type { Caller } from './access.js';
import type { Store } from './store.js';

/** What the outside is told of a call. */
export interface Announcement {
  readonly subject: string;
  readonly state?: string;
  readonly units: readonly UnitId[];
  /** Of a batch: how many of each kind. */
  readonly counts?: Readonly<Record<string, number>>;
}

export interface Call<Input = unknown> {
  /** `contract:name`. */
  readonly transaction: string;
  readonly input: Input;
  /** Checked transient input, for transactions that have one. */
  readonly privateInput: unknown;
  readonly caller: Caller;
  /** Seconds since 1970, the proposal's. */
  readonly now: number;
  readonly channel: string;
  readonly transactionId: string;
  readonly store: Store;
  /**
   * The organisation that this process endorses for; never to be written, since endorsers differ in it.
   * @throws {Error} when the process was not told.
   */
  endorser(): string;
  /** Adds to what the outside is told of this call, beyond what the table and the answer say. */
  tell(more: Partial<Omit<Announcement, 'units'>>): void;
}
