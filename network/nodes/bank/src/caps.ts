// SPDX-License-Identifier: Apache-2.0
// How much one caller may call in a window, so that a stolen certificate can guess little, lock out few customers and flood nobody.
import * as z from 'zod';
import { BankError, type BankRefusal } from './bank-error.js';
import type { Clock } from './clock.js';

const cap = (fallback: number, what: string) =>
  z.int().min(1).max(1_000_000).default(fallback).describe(what);

/** The highest counts of one caller in one window. */
export const capsSchema = z
  .strictObject({
    windowSeconds: z.int().min(1).max(86_400).default(60).describe('seconds'),
    requests: cap(6_000, 'requests of any kind'),
    logins: cap(600, 'logins begun'),
    codes: cap(600, 'sent codes and other messages'),
    tries: cap(
      2_400,
      'tried factors, right or wrong: counting only wrong ones would reveal which were wrong',
    ),
    failures: cap(300, 'failed joins of factors'),
  })
  .prefault({});

export type Caps = z.output<typeof capsSchema>;

export type CapKind = Exclude<keyof Caps, 'windowSeconds'>;

/** The caller may call again after this many seconds. */
export class CapReached extends BankError {
  constructor(readonly retryAfterSeconds: number) {
    super('TOO_MANY_REQUESTS');
  }

  override toRefusal(): BankRefusal {
    return { ...super.toRefusal(), retryAfterSeconds: this.retryAfterSeconds };
  }
}

interface Window {
  readonly endsAt: number;
  used: number;
}

/**
 * Counts what each caller has used, in memory. A restart forgets these counts, but not the wrong tries and unused codes of a
 * customer, which are in the database.
 */
export class Spending {
  readonly #caps: Caps;
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();

  constructor(caps: Caps, clock: Clock) {
    this.#caps = caps;
    this.#clock = clock;
  }

  /** @returns a function that takes the count back. @throws {CapReached} */
  spend(caller: string, kind: CapKind): () => void {
    const key = `${kind}~${caller}`;
    const window = this.#current(key);
    if (window.used >= this.#caps[kind])
      throw new CapReached(Math.ceil((window.endsAt - this.#clock()) / 1000));
    window.used += 1;
    this.#windows.set(key, window);
    return () => {
      window.used -= 1;
    };
  }

  #current(key: string): Window {
    const now = this.#clock();
    const window = this.#windows.get(key);
    return window !== undefined && window.endsAt > now
      ? window
      : { endsAt: now + this.#caps.windowSeconds * 1000, used: 0 };
  }
}
