// SPDX-License-Identifier: Apache-2.0
// A bank for tests: real PostgreSQL and hashing, a clock that tests move, a fake ledger that records calls, messages in memory.
import { randomBytes, randomUUID } from 'node:crypto';
import { TRANSACTIONS, type InputOf } from '@fabric-offline-pay/domain';
import { AuthenticationService } from '../authentication-service.js';
import type { BankContext } from '../context.js';
import type { CapKind } from '../caps.js';
import { openBankDatabase } from '../database/open-database.js';
import type { BankDatabase } from '../database/schema.js';
import type { BankInput } from '../inputs.js';
import { DEFAULT_LIMITS, type AuthenticationLimits } from '../limits.js';
import type { Message } from '../messages/message-sender.js';
import type { BankOperations } from '../operations.js';
import { Pace } from '../pace.js';
import { FakeLedger } from './fake-ledger.js';
import { NO_FUNDINGS } from './no-fundings.js';
import { testPlace } from '../../../common/src/testing/test-place.js';

type OrderTerms = InputOf<'orderNumber', 'place'>['terms'];

export const PASSWORD = 'Mistel-Fjord-15';

const PROFILE = {
  name: 'Lena Brandt',
  phone: '+491713920001',
  email: 'kunde5680@example.org',
  birthDate: '1988-04-17',
};

/** The customer's personal data. It must not appear in a log, ledger call or error. */
export const PERSONAL = { ...PROFILE, street: 'Wiesengrund 94', city: 'Hamburg' };

export const ADDRESS = {
  street: PERSONAL.street,
  city: PERSONAL.city,
  country: 'DE',
  latitude: 53_564_864,
  longitude: 10_011_147,
};

/** A complete customer without an id. */
export const ENROLMENT = {
  ...PROFILE,
  password: PASSWORD,
  deviceId: 'phone',
  addresses: [ADDRESS],
};

/** Terms of an order with right sums that the domain's schema accepts. */
export const termsOf = (loginId: string, customerId: string): OrderTerms => {
  const { terms } = TRANSACTIONS.orderNumber.place.example;
  return { ...terms, loginId, customerId };
};

/** More database queries than the service makes between its decision and the ledger. */
const TURNS = 10;

/** Its customers share one telephone. */
const MANY_CODES = { windowSeconds: 60, customer: 1_000, number: 1_000, range: 1_000 };
const MANY_NOTICES = { windowSeconds: 60, news: 1_000, protecting: 1_000 };

export class BankFixture {
  readonly ledger = new FakeLedger();
  readonly messages: Message[] = [];
  readonly delayed: unknown[] = [];
  readonly capped: unknown[] = [];
  /** The counts of the caps. */
  readonly spent: CapKind[] = [];
  /** Milliseconds of the pretended steps. */
  readonly pretended: number[] = [];
  /** Milliseconds since 1970. */
  now = 1_800_000_000_000;
  /** Set to make pretended steps wait until it resolves. */
  pretending: Promise<void> | undefined;
  /** Set to make the next message fail. */
  messageFailure: Error | undefined;
  readonly context: BankContext;
  /** The operations of the bank's customer channel and front office. Roles are checked elsewhere, at the door. */
  readonly service: BankOperations;
  #process: AuthenticationService;

  private constructor(
    readonly db: BankDatabase,
    limits: Partial<AuthenticationLimits>,
    changes: Partial<BankContext>,
  ) {
    this.context = {
      db,
      ledger: this.ledger,
      messages: { send: (message) => this.#send(message) },
      clock: () => this.now,
      limits: { ...DEFAULT_LIMITS, ...limits },
      key: randomBytes(32),
      codeCaps: MANY_CODES,
      noticeCaps: MANY_NOTICES,
      observer: {
        attestationDelayed: (facts) => this.delayed.push(facts),
        capped: (facts) => this.capped.push(facts),
        messageCapped: (facts) => this.capped.push(facts),
      },
      fundings: NO_FUNDINGS,
      pace: new Pace({ now: () => performance.now(), sleep: (ms) => this.#slept(ms) }),
      ...changes,
    };
    this.#process = new AuthenticationService(this.context);
    this.service = this.as('anna');
  }

  /** @param change replaces parts of the context */
  static async open(
    limits: Partial<AuthenticationLimits> = {},
    change: (db: BankDatabase) => Partial<BankContext> = () => ({}),
  ): Promise<BankFixture> {
    const db = await openBankDatabase(await testPlace());
    return new BankFixture(db, limits, change(db));
  }

  /** The operations of a caller with this name. */
  as(name: string): BankOperations {
    const spend = (kind: CapKind) => {
      this.spent.push(kind);
      return () => undefined;
    };
    return this.#process.for({ name, spend });
  }

  /** Forgets what was recorded, so that tests see only what happens after this. */
  forget(): void {
    const { calls } = this.ledger;
    for (const noted of [
      calls,
      this.messages,
      this.delayed,
      this.capped,
      this.spent,
      this.pretended,
    ])
      noted.length = 0;
  }

  /** Resolves when no attestation is in progress. */
  idle(): Promise<void> {
    return this.#process.idle();
  }

  /** Resolves when a login accepts no more factors, and its result could have reached the ledger. */
  async judged(loginId: string): Promise<void> {
    const states = this.db.selectFrom('logins').select('state').where('login_id', '=', loginId);
    while ((await states.executeTakeFirstOrThrow()).state === 'authenticating');
    for (let turn = 0; turn < TURNS; turn += 1) await states.execute();
  }

  async close(): Promise<void> {
    await this.idle();
    await this.db.destroy();
  }

  /** The same database after a crash, with empty memory. */
  restarted(): BankOperations {
    this.#process = new AuthenticationService(this.context);
    return this.as('anna');
  }

  /** @returns the id of a customer that bank and ledger know. */
  async customer(change: Partial<BankInput<'enrol'>> = {}): Promise<string> {
    const customerId = change.customerId ?? `customer-${randomUUID()}`;
    const enrolment = { ...ENROLMENT, customerId, ...change };
    const { missing } = await this.service.enrol(enrolment);
    this.ledger.enrolCustomer(customerId, missing);
    return customerId;
  }

  /** @returns the id of a login whose code was sent. */
  async begun(customer?: string): Promise<string> {
    const loginId = `login-${randomUUID()}`;
    const customerId = customer ?? (await this.customer());
    await this.service.openLogin({ loginId, customerId });
    await this.service.beginAuthentication({ loginId });
    return loginId;
  }

  async authenticated(customer?: string): Promise<string> {
    const loginId = await this.begun(customer);
    await this.submitBoth(loginId);
    await this.service.complete({ loginId });
    return loginId;
  }

  async submitBoth(loginId: string, boundTo?: string): Promise<void> {
    const bound = boundTo === undefined ? {} : { boundTo };
    await Promise.all([
      this.service.submitPassword({ loginId, password: PASSWORD, ...bound }),
      this.service.submitCode({ loginId, code: this.lastCode(), ...bound }),
    ]);
  }

  lastCode(): string {
    return this.messages.at(-1)?.text.slice(0, 6) ?? '';
  }

  /** A code that differs from the last one sent. */
  wrongCode(): string {
    return this.lastCode() === '000000' ? '000001' : '000000';
  }

  async results(loginId: string): Promise<string[]> {
    return (await this.service.attempts({ loginId })).map(({ result }) => result);
  }

  #slept(milliseconds: number): Promise<void> {
    this.pretended.push(milliseconds);
    return this.pretending ?? Promise.resolve();
  }

  #send(message: Message): Promise<void> {
    const failure = this.messageFailure;
    this.messageFailure = undefined;
    if (failure !== undefined) return Promise.reject(failure);
    this.messages.push(message);
    return Promise.resolve();
  }
}
