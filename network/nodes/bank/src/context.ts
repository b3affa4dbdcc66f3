// SPDX-License-Identifier: Apache-2.0
// What every operation of the bank works with.
import type { AuthenticationLedger } from './authentication-ledger.js';
import type { Caller } from './caller.js';
import type { Clock } from './clock.js';
import type { BankDatabase } from './database/schema.js';
import type { AuthenticationLimits } from './limits.js';
import type { MessageSender } from './messages/message-sender.js';
import type { Pace } from './pace.js';

/** Told of trouble that no caller may hear of. Gets codes and pseudonyms only. */
export interface Observer {
  /** The ledger did not take an attestation; {@link BankOperations.complete} will try again. */
  attestationDelayed(facts: { readonly loginId: string; readonly code: string }): void;
}

/** What the service works with. */
export interface BankContext {
  readonly db: BankDatabase;
  readonly ledger: AuthenticationLedger;
  readonly messages: MessageSender;
  readonly clock: Clock;
  readonly limits: AuthenticationLimits;
  /** 32 bytes, see `secrets/installation-key`. */
  readonly key: Uint8Array;
  readonly observer: Observer;
  readonly pace: Pace;
}

/** What an operation works with: the service's, for one caller. */
export interface CallContext extends BankContext {
  readonly caller: Caller;
}
