// SPDX-License-Identifier: Apache-2.0
// The hosts and the message centre of the bank, as far as a run needs them: it opens accounts there, and counts what they did.
import type { StandInFigures } from '@fabric-offline-pay/bank-node';

/** What hosts and message centre did, counted by themselves. */
export type OutsideFigures = StandInFigures;

/** An account behind an instrument; the balance in minor units. */
export interface InstrumentAccount {
  readonly kind: 'card' | 'mobile';
  readonly token: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly balance: string;
}

export interface OutsideWorld {
  /** Does nothing when it was opened before. */
  readonly openAccount: (account: InstrumentAccount) => Promise<void>;
  /** Since their first start. */
  readonly figures: () => Promise<OutsideFigures>;
  /** Leaves the card host's statement of today, as far as it has gone. */
  readonly closeStatements: () => Promise<void>;
}
