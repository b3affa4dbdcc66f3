// SPDX-License-Identifier: Apache-2.0
import { isBankErrorCode } from './bank-error.js';
import * as passwords from './secrets/password.js';
import { BankFixture, PASSWORD, PERSONAL } from './testing/bank-fixture.js';
import { LIMITS } from './testing/fake-ledger.js';
import { expectRefused } from './testing/refused.js';

let bank: BankFixture;

beforeAll(async () => {
  bank = await BankFixture.open();
});

afterAll(() => bank.close());

beforeEach(() => bank.forget());

afterEach(() => jest.restoreAllMocks());

const attestations = (loginId: string) =>
  bank.ledger.calls
    .filter(({ name, input }) => name.startsWith('attest') && input['loginId'] === loginId)
    .map(({ name }) => name)
    .sort();

/** Holds the check of the next password until the test releases it. */
function holdPasswords() {
  const check = passwords.isPassword;
  let letGo = (): void => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  const begun = new Promise<void>((resolve) => {
    jest.spyOn(passwords, 'isPassword').mockImplementationOnce(async (...given) => {
      resolve();
      await gate;
      return check(...given);
    });
  });
  return { begun, letGo };
}

describe('login', () => {
  it('passes both factors in parallel, each attested by its own transaction with its own nonce', async () => {
    const loginId = await bank.begun();
    await bank.submitBoth(loginId);
    expect(await bank.service.complete({ loginId })).toEqual({
      authenticated: true,
      limits: LIMITS,
    });
    const [password] = bank.ledger.named('attestPassword');
    const [sms] = bank.ledger.named('attestSms');
    expect(password).toMatchObject({ loginId, boundTo: 'login' });
    expect(sms).toMatchObject({ loginId, boundTo: 'login' });
    expect(password?.['nonce']).toMatch(/^[0-9a-f]{32}$/);
    expect(password?.['nonce']).not.toBe(sms?.['nonce']);
    expect(await bank.results(loginId)).toEqual(['PASSED', 'PASSED']);
  });

  it('makes neither factor wait for the other or for the ledger', async () => {
    const loginId = await bank.begun();
    const letGo = bank.ledger.hold('attestPassword');
    await bank.service.submitPassword({ loginId, password: PASSWORD });
    await bank.service.submitCode({ loginId, code: bank.lastCode() });
    expect(attestations(loginId)).toEqual(['attestPassword', 'attestSms']);
    const completed = bank.service.complete({ loginId });
    expect(bank.ledger.named('completeAuthentication')).toEqual([]);
    letGo();
    await expect(completed).resolves.toMatchObject({ authenticated: true });
    expect(bank.ledger.named('attestPassword')).toHaveLength(1);
  });

  it.each(['submitPassword', 'submitCode'] as const)(
    'accepts the factors in any order: %s last',
    async (last) => {
      const loginId = await bank.begun();
      const steps = {
        submitPassword: () => bank.service.submitPassword({ loginId, password: PASSWORD }),
        submitCode: () => bank.service.submitCode({ loginId, code: bank.lastCode() }),
      };
      await steps[last === 'submitCode' ? 'submitPassword' : 'submitCode']();
      await steps[last]();
      await expect(bank.service.complete({ loginId })).resolves.toMatchObject({
        authenticated: true,
      });
    },
  );

  it('answers a wrong factor like a right one; the join never says which was wrong', async () => {
    const typed = [
      { password: 'wrong-password', code: () => bank.lastCode() },
      { password: PASSWORD, code: () => bank.wrongCode() },
      { password: 'wrong-password', code: () => bank.wrongCode() },
    ];
    const seen: unknown[] = [];
    for (const { password, code } of typed) {
      const loginId = await bank.begun();
      const answers = [
        await bank.service.submitPassword({ loginId, password }),
        await bank.service.submitCode({ loginId, code: code() }),
      ];
      const failure: unknown = await bank.service
        .complete({ loginId })
        .catch((error: unknown) => error);
      seen.push(JSON.stringify([answers, failure, String(failure)]));
      expect(bank.ledger.named('failAuthentication')).toContainEqual({ loginId });
      expect(bank.ledger.named('completeAuthentication')).toEqual([]);
    }
    expect(new Set(seen).size).toBe(1);
    expect(seen[0]).toContain('AUTHENTICATION_FAILED');
  });

  it('refuses both factors alike after a failure, and does not say which passed', async () => {
    const loginId = await bank.begun();
    await bank.service.submitPassword({ loginId, password: PASSWORD });
    await expectRefused(bank.service.complete({ loginId }), 'AUTHENTICATION_FAILED');
    await expectRefused(
      bank.service.submitPassword({ loginId, password: PASSWORD }),
      'STATE_CONFLICT',
    );
    await expectRefused(
      bank.service.submitCode({ loginId, code: bank.lastCode() }),
      'STATE_CONFLICT',
    );
  });

  it('attests the factor that passed before it states on the ledger that the login failed', async () => {
    const loginId = await bank.begun();
    const letGo = bank.ledger.hold('attestSms');
    await bank.service.submitPassword({ loginId, password: 'wrong-password' });
    await bank.service.submitCode({ loginId, code: bank.lastCode() });
    const completed = bank.service.complete({ loginId });
    await bank.judged(loginId);
    const early = bank.ledger.named('failAuthentication');
    letGo();
    expect(early).toEqual([]);
    await expectRefused(completed, 'AUTHENTICATION_FAILED');
    expect(bank.ledger.named('failAuthentication')).toEqual([{ loginId }]);
    expect(bank.ledger.named('attestSms')).toHaveLength(1);
  });

  it('fails a login whose time is over before a factor was attested', async () => {
    const loginId = await bank.begun();
    bank.ledger.failOnce('attestSms', new Error('unavailable'));
    await bank.service.submitCode({ loginId, code: bank.lastCode() });
    await bank.idle();
    bank.ledger.refuseOnce('attestSms', 'AUTHENTICATION_EXPIRED');
    await expectRefused(bank.service.complete({ loginId }), 'AUTHENTICATION_FAILED');
    expect(bank.ledger.named('failAuthentication')).toEqual([{ loginId }]);
  });

  it('accepts no factor whose check ends after the login was decided', async () => {
    const loginId = await bank.begun();
    await bank.service.submitCode({ loginId, code: bank.lastCode() });
    const check = holdPasswords();
    const late = bank.service.submitPassword({ loginId, password: PASSWORD });
    await check.begun;
    await expectRefused(bank.service.complete({ loginId }), 'AUTHENTICATION_FAILED');
    check.letGo();
    expect(await late).toEqual({ received: true });
    await bank.idle();
    expect(bank.ledger.named('attestPassword')).toEqual([]);
    expect(bank.delayed).toEqual([]);
  });

  it('answers the same to a second complete, and does nothing twice', async () => {
    const loginId = await bank.authenticated();
    const calls = bank.ledger.calls.length;
    expect(await bank.service.complete({ loginId })).toEqual({
      authenticated: true,
      limits: LIMITS,
    });
    const failed = await bank.begun();
    await expectRefused(bank.service.complete({ loginId: failed }), 'AUTHENTICATION_FAILED');
    const afterFailure = bank.ledger.named('failAuthentication').length;
    await expectRefused(bank.service.complete({ loginId: failed }), 'AUTHENTICATION_FAILED');
    expect(
      bank.ledger.calls.slice(calls).filter(({ input }) => input['loginId'] === loginId),
    ).toEqual([]);
    expect(bank.ledger.named('failAuthentication')).toHaveLength(afterFailure);
  });

  it('fails when the ledger answers that the time for the factors is over', async () => {
    const loginId = await bank.begun();
    await bank.submitBoth(loginId);
    bank.ledger.refuseOnce('completeAuthentication', 'AUTHENTICATION_EXPIRED');
    await expectRefused(bank.service.complete({ loginId }), 'AUTHENTICATION_EXPIRED');
    expect(bank.ledger.named('failAuthentication')).toEqual([{ loginId }]);
    await expectRefused(bank.service.complete({ loginId }), 'AUTHENTICATION_EXPIRED');
  });

  it('refuses a login id of another customer, and a missing one', async () => {
    const loginId = await bank.begun();
    const customerId = await bank.customer();
    await expectRefused(
      bank.service.openLogin({ loginId, customerId }),
      'IDEMPOTENCY_CONFLICT',
      'loginId',
    );
    await expectRefused(
      bank.service.openLogin({ loginId: '~', customerId }),
      'INPUT_INVALID',
      'loginId',
    );
  });
});

describe('after a crash', () => {
  it('attests again with the same nonce when the ledger did not answer, and says nothing before the join', async () => {
    const loginId = await bank.begun();
    bank.ledger.failOnce('attestPassword', new Error('unavailable'));
    await bank.submitBoth(loginId);
    await bank.idle();
    expect(bank.delayed).toEqual([{ loginId, code: 'LEDGER_UNAVAILABLE' }]);
    await expect(bank.restarted().complete({ loginId })).resolves.toMatchObject({
      authenticated: true,
    });
    const [first, second] = bank.ledger.named('attestPassword');
    expect(second).toEqual(first);
    expect(bank.ledger.named('attestSms')).toHaveLength(1);
  });

  it.each(['completeAuthentication', 'assessReputation'] as const)(
    'completes a login whose %s failed halfway',
    async (name) => {
      const loginId = await bank.begun();
      await bank.submitBoth(loginId);
      bank.ledger.failOnce(name, new Error('unavailable'));
      await expect(bank.service.complete({ loginId })).rejects.toMatchObject({
        code: 'LEDGER_UNAVAILABLE',
      });
      const answer = await bank.restarted().complete({ loginId });
      expect(answer).toEqual({ authenticated: true, limits: LIMITS });
    },
  );

  it('fails a login on the ledger if its failure did not arrive there', async () => {
    const loginId = await bank.begun();
    bank.ledger.failOnce('failAuthentication', new Error('unavailable'));
    await expect(bank.service.complete({ loginId })).rejects.toMatchObject({
      code: 'LEDGER_UNAVAILABLE',
    });
    await expectRefused(bank.restarted().complete({ loginId }), 'AUTHENTICATION_FAILED');
    expect(bank.ledger.named('failAuthentication')).toHaveLength(2);
  });

  it('sends another code when the first could not be sent', async () => {
    const customerId = await bank.customer();
    await bank.service.openLogin({ loginId: 'unsent', customerId });
    bank.messageFailure = new Error('outbox full');
    await expectRefused(
      bank.service.beginAuthentication({ loginId: 'unsent' }),
      'MESSAGE_NOT_SENT',
    );
    await bank.service.beginAuthentication({ loginId: 'unsent' });
    await bank.submitBoth('unsent');
    await expect(bank.service.complete({ loginId: 'unsent' })).resolves.toBeDefined();
  });

  it('opens a login whose verification failed halfway', async () => {
    const customerId = await bank.customer();
    bank.ledger.failOnce('openLogin', new Error('unavailable'));
    const login = { loginId: 'half', customerId };
    await expect(bank.service.openLogin(login)).rejects.toMatchObject({
      code: 'LEDGER_UNAVAILABLE',
    });
    expect(await bank.restarted().openLogin(login)).toEqual({ missing: [] });
  });
});

it('sends no personal data to the ledger', async () => {
  await bank.authenticated();
  const sent = JSON.stringify(bank.ledger.calls);
  for (const value of [...Object.values(PERSONAL), PASSWORD, bank.lastCode()])
    expect(sent).not.toContain(value);
});

it('recognises its own codes on the wire', () => {
  expect(['TOO_MANY_CODES', 'NOT_FOUND', 'toString', 3].map(isBankErrorCode)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
