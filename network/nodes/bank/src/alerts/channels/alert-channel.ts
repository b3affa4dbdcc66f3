// SPDX-License-Identifier: Apache-2.0
// How operators are told: an interface that mail and a webhook implement.
import type { AlertNews, ShownAlert } from '../alert.js';

/** What is told. A repetition has the same id, by which its receiver knows it. */
export interface AlertMessage {
  /** Letters, digits, hyphens; the same whenever this is told. */
  readonly id: string;
  readonly news: AlertNews;
  readonly alert: ShownAlert;
}

export interface AlertChannel {
  /** Stable: it names work that waits. */
  readonly name: 'mail' | 'webhook';
  readonly tells: readonly AlertNews[];
  /** Resolves when the receiver has it. @throws when it has not; it is sent again later. */
  send(message: AlertMessage, signal: AbortSignal): Promise<void>;
}
