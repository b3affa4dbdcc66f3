// SPDX-License-Identifier: Apache-2.0
// Attestations (units 5 and 6): each factor that passed is written to the ledger at once, in its own transaction. The ledger learns that the
// customer proved to know and to have something, not by what: a passkey is attested like a message code.
import { refusalCode } from '@fabric-offline-pay/node-common/client';
import { BankError } from '../bank-error.js';
import type { BankContext } from '../context.js';
import type { Factor } from '../operations.js';
import { PROVES } from '../states.js';

/** A factor that passed. Its row keeps the nonce, so that attesting again after a crash is a replay on the ledger. */
export interface PassedFactor {
  readonly login_id: string;
  readonly bound_to: string;
  readonly factor: Factor;
  readonly nonce: string;
  readonly attested_at: number | null;
}

/** Refusals that a repetition does not change: the time for the factors or for the login is over. */
export const isOver = (error: unknown): boolean =>
  ['AUTHENTICATION_EXPIRED', 'LOGIN_EXPIRED'].includes(refusalCode(error) ?? '');

/**
 * Writes attestations in the background, so that no caller waits for them. If a right factor were answered later than a wrong
 * one, or failed when the ledger fails, the answer would reveal which factor was right.
 */
export class Attestations {
  readonly #context: BankContext;
  readonly #running = new Map<string, Promise<void>>();
  /** The pretended attestations of wrong factors, by login. */
  readonly #pretended = new Map<string, Promise<void>>();

  constructor(context: BankContext) {
    this.#context = context;
  }

  /** Starts the attestation. {@link settle} handles a failure. */
  start(passed: PassedFactor): void {
    this.#attest(passed).catch((error: unknown) => {
      const code = refusalCode(error) ?? 'LEDGER_UNAVAILABLE';
      this.#context.observer.attestationDelayed({ loginId: passed.login_id, code });
    });
  }

  /** For a wrong factor, or one of a login in vain: takes as long as an attestation, in the background. */
  pretend(loginId: string): void {
    const pretended = Promise.all([
      this.#pretended.get(loginId),
      this.#context.pace.pretend('attest'),
    ]).then(() => {
      if (this.#pretended.get(loginId) === pretended) this.#pretended.delete(loginId);
    });
    this.#pretended.set(loginId, pretended);
  }

  /** Attests the factors that are not attested yet. @throws what the ledger throws. */
  async settle(loginId: string, boundTo: string): Promise<void> {
    const passed = await passedFactors(this.#context, loginId, boundTo);
    await Promise.all(
      passed.filter((row) => row.attested_at === null).map((row) => this.#attest(row)),
    );
  }

  /**
   * Attests the factor that passed before its login fails, because the ledger accepts no attestation of a failed login. Takes as
   * long when no factor passed, so that the time does not reveal which factor was wrong.
   * @throws what the ledger throws.
   */
  async settleFailing(loginId: string): Promise<void> {
    const settled = this.settle(loginId, 'login').catch((error: unknown) => {
      if (!isOver(error)) throw error;
    });
    await Promise.all([settled, this.pretended(loginId)]);
  }

  /** Resolves when no pretended attestation of this login is in progress. */
  async pretended(loginId: string): Promise<void> {
    await this.#pretended.get(loginId);
  }

  /** Resolves when no attestation is in progress. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#running.values());
  }

  #attest(passed: PassedFactor): Promise<void> {
    const key = [passed.login_id, passed.bound_to, passed.factor].join('~');
    const running =
      this.#running.get(key) ?? this.#run(passed).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }

  async #run(passed: PassedFactor): Promise<void> {
    const { db, ledger, clock, pace } = this.#context;
    const input = { loginId: passed.login_id, boundTo: passed.bound_to, nonce: passed.nonce };
    await pace.real('attest', () =>
      PROVES[passed.factor] === 'possession'
        ? ledger.attestSms(input)
        : ledger.attestPassword(input),
    );
    await db
      .updateTable('factors')
      .set({ attested_at: clock() })
      .where('login_id', '=', passed.login_id)
      .where('bound_to', '=', passed.bound_to)
      .where('factor', '=', passed.factor)
      .execute();
  }
}

/** @returns the factors that passed, for the login or for one order. */
export const passedFactors = (
  { db }: Pick<BankContext, 'db'>,
  loginId: string,
  boundTo: string,
): Promise<PassedFactor[]> =>
  db
    .selectFrom('factors')
    .selectAll()
    .where('login_id', '=', loginId)
    .where('bound_to', '=', boundTo)
    .execute();

/** Whether the customer proved that it knows something, and that it has something. */
export function bothPassed(passed: readonly Pick<PassedFactor, 'factor'>[]): boolean {
  const proven = new Set(passed.map(({ factor }) => PROVES[factor]));
  return proven.has('knowledge') && proven.has('possession');
}

/** @throws {BankError} AUTHENTICATION_FAILED unless both passed. */
export function ensureBothPassed(passed: readonly PassedFactor[]): void {
  if (!bothPassed(passed)) throw new BankError('AUTHENTICATION_FAILED');
}
