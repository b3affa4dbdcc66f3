// SPDX-License-Identifier: Apache-2.0
// What telling endpoints needs.
import type { Elapsed, Post } from '@fabric-offline-pay/node-common/node';
import type { MerchantDatabase } from '../database/schema.js';
import type { Backoff } from './backoff.js';
import type { Seal } from './seal.js';

export interface WebhookContext {
  readonly db: MerchantDatabase;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** How long a run goes on; the process's own unless told. */
  readonly elapsed?: Elapsed;
  readonly seal: Seal;
  readonly post: Post;
  readonly backoff: Backoff;
  /** How long an event is tried, in milliseconds. */
  readonly giveUpMs: number;
  readonly observer: WebhookObserver;
}

/** Told what a person must look at. */
export interface WebhookObserver {
  /** The endpoint accepted nothing for so long that it is no longer tried. Somebody must repair and enable it. */
  endpointFailing(facts: { readonly endpointId: string; readonly result: string }): void;
  /** The endpoint refused one event for so long, and accepted others: its order goes on without it. */
  eventGivenUp(facts: {
    readonly endpointId: string;
    readonly eventId: string;
    readonly result: string;
  }): void;
}
