// SPDX-License-Identifier: Apache-2.0
// The bank's authentication: checks what it is given, and hands it to the operation.
import type { BankContext } from './context.js';
import { Attestations, type PassedFactor } from './factors/attestations.js';
import { submitCode } from './factors/submit-code.js';
import { submitPassword } from './factors/submit-password.js';
import type { TrySubject } from './factors/tries.js';
import { guardedLedger } from './guarded-ledger.js';
import { parseInput, type BankInput } from './inputs.js';
import { beginAuthentication, completeLogin, completeStepUp, openLogin } from './login.js';
import type {
  Attempt,
  Authenticated,
  BankOperations,
  CodeSent,
  Factor,
  LoginRecord,
  Missing,
  OfferedAddresses,
  PurchaseRecord,
  Received,
} from './operations.js';
import { offerAddresses } from './records/addresses.js';
import { enrol, requireCustomer, updateProfile } from './records/customers.js';
import { attempts, ensureState, listLogins, requireLogin } from './records/logins.js';
import { listPurchases, recordPurchase } from './records/purchases.js';
import { beginStepUp, requireStepUp } from './step-up.js';

/** Units 2 to 7 and 20 on the bank's side, without any transport. See {@link BankOperations}. */
export class AuthenticationService implements BankOperations {
  readonly #context: BankContext;
  readonly #attestations: Attestations;

  constructor(context: BankContext) {
    this.#context = { ...context, ledger: guardedLedger(context.ledger) };
    this.#attestations = new Attestations(this.#context);
  }

  async enrol(input: BankInput<'enrol'>): Promise<Missing> {
    return enrol(this.#context, parseInput('enrol', input));
  }

  async updateProfile(input: BankInput<'updateProfile'>): Promise<Missing> {
    return updateProfile(this.#context, parseInput('updateProfile', input));
  }

  async registerDevice(input: BankInput<'registerDevice'>): Promise<{ readonly registered: true }> {
    const device = parseInput('registerDevice', input);
    await requireCustomer(this.#context, device.customerId);
    await this.#context.ledger.registerDevice(device);
    return { registered: true };
  }

  async openLogin(input: BankInput<'openLogin'>): Promise<Missing> {
    return openLogin(this.#context, parseInput('openLogin', input));
  }

  async beginAuthentication(input: BankInput<'beginAuthentication'>): Promise<CodeSent> {
    return beginAuthentication(this.#context, parseInput('beginAuthentication', input));
  }

  async submitPassword(input: BankInput<'submitPassword'>): Promise<Received> {
    const { password, loginId, boundTo } = parseInput('submitPassword', input);
    const subject = await this.#subject('password', loginId, boundTo);
    return this.#received(await submitPassword(this.#context, subject, password));
  }

  async submitCode(input: BankInput<'submitCode'>): Promise<Received> {
    const { code, loginId, boundTo } = parseInput('submitCode', input);
    const subject = await this.#subject('sms', loginId, boundTo);
    return this.#received(await submitCode(this.#context, subject, code));
  }

  async complete(input: BankInput<'complete'>): Promise<Authenticated> {
    const parsed = parseInput('complete', input);
    return parsed.boundTo === 'login'
      ? completeLogin(this.#context, this.#attestations, parsed.loginId)
      : completeStepUp(this.#context, this.#attestations, parsed);
  }

  async beginStepUp(input: BankInput<'beginStepUp'>): Promise<CodeSent> {
    return beginStepUp(this.#context, parseInput('beginStepUp', input));
  }

  async offerAddresses(input: BankInput<'offerAddresses'>): Promise<OfferedAddresses> {
    return offerAddresses(this.#context, parseInput('offerAddresses', input));
  }

  async attempts(input: BankInput<'attempts'>): Promise<readonly Attempt[]> {
    return attempts(this.#context, parseInput('attempts', input).loginId);
  }

  async listLogins(input: BankInput<'listLogins'>): Promise<readonly LoginRecord[]> {
    const { customerId } = parseInput('listLogins', input);
    await requireCustomer(this.#context, customerId);
    return listLogins(this.#context, customerId);
  }

  async listPurchases(input: BankInput<'listPurchases'>): Promise<readonly PurchaseRecord[]> {
    return listPurchases(this.#context, parseInput('listPurchases', input).customerId);
  }

  async recordPurchase(input: BankInput<'recordPurchase'>): Promise<{ readonly recorded: true }> {
    return recordPurchase(this.#context, parseInput('recordPurchase', input));
  }

  /** Resolves when no attestation is under way any more: before the database is closed. */
  idle(): Promise<void> {
    return this.#attestations.idle();
  }

  /** Factors are taken only while their login, or the step-up of an authenticated login, is open. */
  async #subject(factor: Factor, loginId: string, boundTo: string): Promise<TrySubject> {
    const { db } = this.#context;
    const login = await requireLogin(db, loginId);
    ensureState(login, boundTo === 'login' ? 'authenticating' : 'authenticated');
    if (boundTo !== 'login') await requireStepUp(db, loginId, boundTo);
    return { customer_id: login.customer_id, login_id: loginId, bound_to: boundTo, factor };
  }

  #received(passed: PassedFactor | undefined): Received {
    if (passed?.attested_at === null) this.#attestations.start(passed);
    return { received: true };
  }
}
