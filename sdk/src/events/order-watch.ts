// SPDX-License-Identifier: Apache-2.0
// Waits until something has become of an order: asks the own peer once, and again at each event of the order.
import { orderSubject, type OrderKey, type OutputOf } from '@fabric-offline-pay/domain';
import type { Client } from '../client/client.js';
import { ifFound } from '../client/if-found.js';
import { OrderWaitsError } from '../errors.js';
import type { EventOptions, LedgerEvent } from './ledger-events.js';

/** An order as a query shows it. */
export type WatchedOrder = OutputOf<'orderNumber', 'readOrder'>;

/** The events that a watch follows: a connection has them. */
export interface WatchedEvents {
  /** @returns the events to come, until the signal */
  events(options: EventOptions): AsyncIterable<LedgerEvent>;
}

/** How a watch waits. */
export interface OrderWatchOptions {
  /** How long a wait lasts at most, in milliseconds. Default: one minute. */
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 60_000;

/** One stream of events for all orders that somebody waits for. */
export class OrderWatch {
  readonly #client: Pick<Client['orderNumber'], 'readOrder'>;
  readonly #deadlineMs: number;
  readonly #stop = new AbortController();
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #following: Promise<void>;
  #broken: unknown;

  /** Starts with the next block. */
  constructor(
    connection: WatchedEvents,
    client: { readonly orderNumber: Pick<Client['orderNumber'], 'readOrder'> },
    { deadlineMs = DEADLINE_MS }: OrderWatchOptions = {},
  ) {
    this.#client = client.orderNumber;
    this.#deadlineMs = deadlineMs;
    this.#following = this.#follow(connection).catch((error: unknown) => {
      this.#broken = error;
      this.#wakeAll();
    });
  }

  /**
   * @param isDone whether the wait is over. Only the order's row counts: what else the ledger says is not waited for
   * @returns the order that it was over with
   * @throws {OrderWaitsError} after the deadline, or when the events can no longer be followed
   */
  async until(key: OrderKey, isDone: (order: WatchedOrder) => boolean): Promise<WatchedOrder> {
    const deadline = AbortSignal.timeout(this.#deadlineMs);
    for (;;) {
      if (this.#broken !== undefined) throw new OrderWaitsError({ ...key }, this.#broken);
      const changed = this.#change(orderSubject(key), deadline);
      const order = await ifFound(this.#client.readOrder(key));
      if (order !== undefined && isDone(order)) {
        changed.forget();
        return order;
      }
      await changed.happened;
      if (deadline.aborted) throw new OrderWaitsError({ ...key, state: order?.state ?? 'unknown' });
    }
  }

  /** Ends the stream. Whoever still waits gets an error. */
  async close(): Promise<void> {
    this.#broken ??= new Error('The watch was closed.');
    this.#stop.abort();
    this.#wakeAll();
    await this.#following;
  }

  /** Registered before the order is read, so that no change falls in between. */
  #change(subject: string, deadline: AbortSignal) {
    const waiters = this.#waiting.get(subject) ?? new Set();
    this.#waiting.set(subject, waiters);
    let forget = (): void => undefined;
    const happened = new Promise<void>((resolve) => {
      const wake = (): void => {
        waiters.delete(wake);
        if (waiters.size === 0) this.#waiting.delete(subject);
        deadline.removeEventListener('abort', wake);
        resolve();
      };
      waiters.add(wake);
      deadline.addEventListener('abort', wake);
      forget = wake;
    });
    return { happened, forget };
  }

  async #follow(connection: WatchedEvents): Promise<void> {
    for await (const { payload } of connection.events({ signal: this.#stop.signal }))
      this.#wake(payload.subject);
    this.#broken ??= new Error('The events ended.');
  }

  #wake(subject: string): void {
    for (const wake of [...(this.#waiting.get(subject) ?? [])]) wake();
  }

  #wakeAll(): void {
    for (const subject of [...this.#waiting.keys()]) this.#wake(subject);
  }
}
