// SPDX-License-Identifier: Apache-2.0
// A ledger for tests of the bank's service alone: records calls, knows customers, and can be made to fail or wait.
import { DomainError, type ErrorCode } from '@fabric-offline-pay/domain';
import type { AuthenticationLedger } from '../authentication-ledger.js';

export interface LedgerCall {
  readonly name: keyof AuthenticationLedger;
  readonly input: Readonly<Record<string, unknown>>;
}

type Customer = Awaited<ReturnType<AuthenticationLedger['readCustomer']>>;

const outcome = { replayed: false, units: [] };

export const LIMITS = { percent: 50, release: 'delivery' as const };

export class FakeLedger implements AuthenticationLedger {
  readonly calls: LedgerCall[] = [];
  readonly #customers = new Map<string, Customer>();
  readonly #failures = new Map<string, Error[]>();
  readonly #gates = new Map<string, Promise<void>>();

  enrolCustomer(customerId: string, missing: readonly string[]): void {
    this.#customers.set(customerId, {
      customerId,
      bankId: 'bank-1',
      status: 'active',
      missing,
    });
  }

  block(customerId: string): void {
    this.#customers.set(customerId, { ...this.#customer(customerId), status: 'blocked' });
  }

  /** Makes the next call with this name fail. */
  failOnce(name: keyof AuthenticationLedger, error: Error): void {
    this.#failures.set(name, [...(this.#failures.get(name) ?? []), error]);
  }

  refuseOnce(name: keyof AuthenticationLedger, code: ErrorCode): void {
    this.failOnce(name, new DomainError(code));
  }

  /** Makes calls with this name wait. @returns a function that releases them. */
  hold(name: keyof AuthenticationLedger): () => void {
    let open = (): void => undefined;
    this.#gates.set(name, new Promise((resolve) => (open = resolve)));
    return open;
  }

  named(name: keyof AuthenticationLedger): LedgerCall['input'][] {
    return this.calls.filter((call) => call.name === name).map((call) => call.input);
  }

  readonly readCustomer: AuthenticationLedger['readCustomer'] = async (input) => {
    await this.#called('readCustomer', input);
    return this.#customer(input.customerId);
  };

  readonly updateProfile: AuthenticationLedger['updateProfile'] = async (input) => {
    await this.#called('updateProfile', input);
    const { customerId, missing } = input;
    const before = this.#customer(customerId);
    this.#customers.set(customerId, { ...before, missing, status: input.status ?? before.status });
    return { result: outcome };
  };

  readonly openLogin: AuthenticationLedger['openLogin'] = async (input) => {
    await this.#called('openLogin', input);
    const begun = this.named('verifyIdentity').find(({ loginId }) => loginId === input.loginId);
    return {
      result: { ...outcome, missing: this.#customer(String(begun?.['customerId'])).missing },
    };
  };

  readonly assessReputation: AuthenticationLedger['assessReputation'] = async (input) => {
    await this.#called('assessReputation', input);
    return { result: { ...outcome, score: 500, limits: LIMITS } };
  };

  readonly registerDevice = this.#plain('registerDevice');
  readonly verifyIdentity = this.#plain('verifyIdentity');
  readonly beginAuthentication = this.#plain('beginAuthentication');
  readonly attestSms = this.#plain('attestSms');
  readonly attestPassword = this.#plain('attestPassword');
  readonly completeAuthentication = this.#plain('completeAuthentication');
  readonly failAuthentication = this.#plain('failAuthentication');

  #plain(name: keyof AuthenticationLedger) {
    return async (input: object) => {
      await this.#called(name, input);
      return { result: outcome };
    };
  }

  async #called(name: keyof AuthenticationLedger, input: object): Promise<void> {
    this.calls.push({ name, input: { ...input } });
    await this.#gates.get(name);
    const failure = this.#failures.get(name)?.shift();
    if (failure !== undefined) throw failure;
  }

  #customer(customerId: string): Customer {
    const customer = this.#customers.get(customerId);
    if (customer === undefined) throw new DomainError('CUSTOMER_UNKNOWN');
    return customer;
  }
}
