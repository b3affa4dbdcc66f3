// SPDX-License-Identifier: Apache-2.0
// The bank's authentication, for each of its callers.
import type { Caller } from './caller.js';
import { callerOperations } from './caller-operations.js';
import type { BankContext } from './context.js';
import { Attestations } from './factors/attestations.js';
import { guardedLedger } from './guarded-ledger.js';
import type { BankOperations } from './operations.js';

/** Units 2 to 7 and 20 on the bank's side, without any transport. */
export class AuthenticationService {
  readonly #context: BankContext;
  readonly #attestations: Attestations;

  constructor(context: BankContext) {
    this.#context = { ...context, ledger: guardedLedger(context.ledger) };
    this.#attestations = new Attestations(this.#context);
  }

  /** @returns the operations for this caller. Whether it may call one is checked before. */
  for(caller: Caller): BankOperations {
    return callerOperations({ ...this.#context, caller }, this.#attestations);
  }

  /** Resolves when no attestation is in progress. Call it before the database is closed. */
  idle(): Promise<void> {
    return this.#attestations.idle();
  }
}
