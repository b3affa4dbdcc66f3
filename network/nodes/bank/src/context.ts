// SPDX-License-Identifier: Apache-2.0
// What every operation of the bank uses.
import type { AuthenticationLedger } from './authentication-ledger.js';
import type { Caller } from './caller.js';
import type { Clock } from './clock.js';
import type { BankDatabase } from './database/schema.js';
import type { FundingDesk } from './funding/funding-desk.js';
import type { AuthenticationLimits } from './limits.js';
import type { MailSender } from '@fabric-offline-pay/node-common/node';
import type { CodeCap, CodeCaps } from './messages/code-caps.js';
import type { MessageKind } from './messages/kinds.js';
import type { NoticeCaps } from './messages/notice-caps.js';
import type { MessageSender } from './messages/message-sender.js';
import type { QuietHours } from './messages/quiet-hours.js';
import type { Pace } from './pace.js';
import type { PasskeyConfig } from './passkeys/passkey-config.js';

/** Reports trouble that no caller may learn about. Gets only codes and pseudonyms. */
export interface Observer {
  /** The ledger did not accept an attestation; {@link BankOperations.complete} will try again. */
  attestationDelayed(facts: { readonly loginId: string; readonly code: string }): void;
  /** A code was not sent: somebody may be having codes sent to expensive numbers. `callingCode` of the number's country, such as `49`. */
  capped(facts: { readonly cap: CodeCap; readonly callingCode: string }): void;
  /** A message without a code was not sent: too many of its kind went to its number. */
  messageCapped(facts: { readonly kind: MessageKind }): void;
}

/** What the service uses. */
export interface BankContext {
  readonly db: BankDatabase;
  readonly ledger: AuthenticationLedger;
  readonly messages: MessageSender;
  /** Sends copies of what is not a code. Without it there are none. */
  readonly mail?: MailSender | undefined;
  /** Without it nothing waits. */
  readonly quietHours?: QuietHours | undefined;
  readonly codeCaps: CodeCaps;
  readonly noticeCaps: NoticeCaps;
  readonly clock: Clock;
  readonly limits: AuthenticationLimits;
  /** 32 bytes, see `secrets/installation-key`. */
  readonly key: Uint8Array;
  readonly observer: Observer;
  readonly pace: Pace;
  /** Without it the bank offers no passkeys. */
  readonly passkeys?: PasskeyConfig | undefined;
  readonly fundings: Pick<FundingDesk, 'fund' | 'listInstruments' | 'choose'>;
}

/** What an operation uses: the service's context, for one caller. */
export interface CallContext extends BankContext {
  readonly caller: Caller;
}
