// SPDX-License-Identifier: Apache-2.0
// The bank's service on the real contracts: a factor that a customer passed is on the ledger even if the login fails at once.
import { NO_FUNDINGS } from '../../network/nodes/bank/src/testing/no-fundings.js';
import { randomBytes } from 'node:crypto';
import type { EventPayload } from '@fabric-offline-pay/sdk';
import { BANK } from '@fabric-offline-pay/testing';
import type { AuthenticationLedger, BankOperations } from '../../network/nodes/bank/src/index.js';
import {
  AuthenticationService,
  DEFAULT_CODE_CAPS,
  DEFAULT_NOTICE_CAPS,
  DEFAULT_LIMITS,
  openBankDatabase,
  Pace,
} from '../../network/nodes/bank/src/index.js';
import type { BankDatabase } from '../../network/nodes/bank/src/database/schema.js';
import { ENROLMENT, PASSWORD } from '../../network/nodes/bank/src/testing/bank-fixture.js';
import { testPlace } from '../../network/nodes/common/src/testing/test-place.js';
import { eventually } from '../support/eventually.js';
import { memoryWorld, type MemoryWorld } from '../support/memory-world.js';

const CUSTOMER = 'customer-1';
const LOGIN = 'login-1';

/** Questions to the database that are more than the service asks between its verdict and the ledger. */
const TURNS = 20;

/** What the service sends to the ledger, with one call that waits. */
class Held {
  readonly ledger: AuthenticationLedger;
  readonly failed: Promise<void>;
  hasBegunToFail = false;
  letGo = (): void => undefined;

  constructor(identity: AuthenticationLedger) {
    const gate = new Promise<void>((resolve) => (this.letGo = resolve));
    let tellFailed = (): void => undefined;
    this.failed = new Promise((resolve) => (tellFailed = resolve));
    this.ledger = {
      ...identity,
      attestSms: async (input) => {
        await gate;
        return identity.attestSms(input);
      },
      failAuthentication: async (input) => {
        this.hasBegunToFail = true;
        return identity.failAuthentication(input).finally(tellFailed);
      },
    };
  }
}

/** Counts the receipts that the ledger announces, by unit. */
function countUnits({ ledger }: MemoryWorld): Map<string, number> {
  const counts = new Map<string, number>();
  ledger.onBlock(({ transactions }) => {
    for (const { validationCode, event } of transactions) {
      if (validationCode !== 'VALID' || event === null) continue;
      const { units } = JSON.parse(Buffer.from(event.payload).toString()) as EventPayload;
      for (const unit of units) counts.set(unit, (counts.get(unit) ?? 0) + 1);
    }
  });
  return counts;
}

let memory: MemoryWorld;
let db: BankDatabase;
let held: Held;
let bank: BankOperations;
let idle: () => Promise<void>;
let codes: string[];
const delayed: unknown[] = [];

beforeEach(async () => {
  memory = await memoryWorld();
  await memory.world.customer(CUSTOMER);
  db = await openBankDatabase(await testPlace());
  codes = [];
  delayed.length = 0;
  held = new Held(memory.clientFor('bank', 'auth-service', BANK).identity);
  const service = new AuthenticationService({
    db,
    ledger: held.ledger,
    messages: {
      send: ({ text }) => {
        codes.push(text.slice(0, 6));
        return Promise.resolve();
      },
    },
    clock: Date.now,
    limits: DEFAULT_LIMITS,
    codeCaps: DEFAULT_CODE_CAPS,
    noticeCaps: DEFAULT_NOTICE_CAPS,
    key: randomBytes(32),
    observer: {
      attestationDelayed: (facts) => delayed.push(facts),
      capped: () => undefined,
      messageCapped: () => undefined,
    },
    fundings: NO_FUNDINGS,
    pace: new Pace({ now: () => performance.now(), sleep: () => Promise.resolve() }),
  });
  idle = () => service.idle();
  bank = service.for({ name: 'anna', spend: () => () => undefined });
  await bank.enrol({ customerId: CUSTOMER, ...ENROLMENT });
  await bank.openLogin({ loginId: LOGIN, customerId: CUSTOMER, deviceId: 'phone' });
  await bank.beginAuthentication({ loginId: LOGIN });
});

afterEach(async () => {
  held.letGo();
  await idle();
  await db.destroy();
});

const stateOf = async (): Promise<string | undefined> =>
  (await db.selectFrom('logins').select('state').executeTakeFirst())?.state;

/** Waits until the service has judged, and had its turn to tell the ledger so. */
async function judged(): Promise<void> {
  await eventually('the verdict', async () =>
    (await stateOf()) === 'authenticating' ? undefined : true,
  );
  for (let turn = 0; turn < TURNS; turn += 1) await stateOf();
  if (held.hasBegunToFail) await held.failed;
}

test('a right code is on the ledger even if a wrong password ends the login first', async () => {
  const counts = countUnits(memory);
  await bank.submitPassword({ loginId: LOGIN, password: `not-${PASSWORD}` });
  await bank.submitCode({ loginId: LOGIN, code: codes[0] ?? '' });
  const completed = bank.complete({ loginId: LOGIN }).catch((error: unknown) => error);
  await judged();
  held.letGo();
  expect(await completed).toMatchObject({ code: 'AUTHENTICATION_FAILED' });
  await idle();
  expect(delayed).toEqual([]);
  expect(counts.get('5')).toBe(1);
});
