// SPDX-License-Identifier: Apache-2.0
// One call of a transaction, as its handler sees it: the checked input, the caller, the time, and the rows.
import type { UnitId } from '@fabric-offline-pay/domain';
import type { Caller } from './access.js';
import type { Store } from './store.js';

/** What the event says about a call. */
export interface Announcement {
  readonly subject: string;
  readonly state?: string;
  readonly units: readonly UnitId[];
  /** For a batch: how many vouchers got each verdict. */
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
   * The organisation that this process endorses for. Never write it to a row, because endorsers differ in it.
   * @throws {Error} when the process does not know it.
   */
  endorser(): string;
  /** Adds to the event of this call, besides what the table and the answer give. */
  tell(more: Partial<Omit<Announcement, 'units'>>): void;
}
