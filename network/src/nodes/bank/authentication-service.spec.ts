// SPDX-License-Identifier: Apache-2.0
import { digestOf } from '@fabric-offline-pay/domain';
import { isBankErrorCode } from './bank-error.js';
import { BankFixture, PASSWORD, PERSONAL } from './testing/bank-fixture.js';
import { LIMITS } from './testing/fake-ledger.js';

let bank: BankFixture;

beforeAll(async () => {
  bank = await BankFixture.open();
});

afterAll(() => bank.close());

beforeEach(() => {
  bank.ledger.calls.length = 0;
  bank.messages.length = 0;
  bank.delayed.length = 0;
});

const refused = (call: Promise<unknown>, code: string, field?: string) =>
  expect(call).rejects.toMatchObject({ code, ...(field !== undefined && { field }) });

const attestations = (loginId: string) =>
  bank.ledger.calls
    .filter(({ name, input }) => name.startsWith('attest') && input['loginId'] === loginId)
    .map(({ name }) => name)
    .sort();

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

  it('lets neither factor wait for the other, nor for the ledger', async () => {
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
    'takes the factors in any order: %s last',
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

  it('answers a wrong factor like a right one, and the join never says which', async () => {
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

  it('tells nobody after a failure which factor had passed: both are refused alike', async () => {
    const loginId = await bank.begun();
    await bank.service.submitPassword({ loginId, password: PASSWORD });
    await refused(bank.service.complete({ loginId }), 'AUTHENTICATION_FAILED');
    await refused(bank.service.submitPassword({ loginId, password: PASSWORD }), 'STATE_CONFLICT');
    await refused(bank.service.submitCode({ loginId, code: bank.lastCode() }), 'STATE_CONFLICT');
  });

  it('answers the same when completed again, and does nothing twice', async () => {
    const loginId = await bank.authenticated();
    const calls = bank.ledger.calls.length;
    expect(await bank.service.complete({ loginId })).toEqual({
      authenticated: true,
      limits: LIMITS,
    });
    const failed = await bank.begun();
    await refused(bank.service.complete({ loginId: failed }), 'AUTHENTICATION_FAILED');
    const afterFailure = bank.ledger.named('failAuthentication').length;
    await refused(bank.service.complete({ loginId: failed }), 'AUTHENTICATION_FAILED');
    expect(
      bank.ledger.calls.slice(calls).filter(({ input }) => input['loginId'] === loginId),
    ).toEqual([]);
    expect(bank.ledger.named('failAuthentication')).toHaveLength(afterFailure);
  });

  it('fails when the ledger says that the time for the factors is over', async () => {
    const loginId = await bank.begun();
    await bank.submitBoth(loginId);
    bank.ledger.refuseOnce('completeAuthentication', 'AUTHENTICATION_EXPIRED');
    await refused(bank.service.complete({ loginId }), 'AUTHENTICATION_EXPIRED');
    expect(bank.ledger.named('failAuthentication')).toEqual([{ loginId }]);
    await refused(bank.service.complete({ loginId }), 'AUTHENTICATION_EXPIRED');
  });

  it('refuses a login id that was used for another customer, and unknown ids', async () => {
    const loginId = await bank.begun();
    const customerId = await bank.customer();
    await refused(
      bank.service.openLogin({ loginId, customerId }),
      'IDEMPOTENCY_CONFLICT',
      'loginId',
    );
    await refused(bank.service.beginAuthentication({ loginId: 'none' }), 'NOT_FOUND', 'loginId');
    await refused(
      bank.service.openLogin({ loginId: 'new', customerId: 'none' }),
      'CUSTOMER_UNKNOWN',
    );
    await refused(bank.service.openLogin({ loginId: '~', customerId }), 'INPUT_INVALID', 'loginId');
  });

  it("passes the ledger's refusal on: a blocked customer", async () => {
    const customerId = await bank.customer();
    bank.ledger.refuseOnce('verifyIdentity', 'CUSTOMER_BLOCKED');
    await refused(bank.service.openLogin({ loginId: 'blocked', customerId }), 'CUSTOMER_BLOCKED');
  });
});

describe('profile', () => {
  it('prompts for what is missing and stops the login until it is complete', async () => {
    const customerId = await bank.customer({ email: null, birthDate: null, addresses: [] });
    const loginId = `incomplete-${customerId.slice(-12)}`;
    const missing = ['email', 'birthDate', 'addresses'];
    expect(await bank.service.openLogin({ loginId, customerId })).toEqual({ missing });
    await refused(
      bank.service.beginAuthentication({ loginId }),
      'PROFILE_INCOMPLETE',
      missing.join(),
    );
    expect(bank.messages).toEqual([]);
    expect(bank.ledger.named('beginAuthentication')).toEqual([]);
    const { email, birthDate } = PERSONAL;
    const address = {
      street: 'Kirchgasse 3',
      city: 'Bremen',
      country: 'DE',
      latitude: 1,
      longitude: 2,
    };
    const patch = { customerId, email, birthDate, addresses: [address] };
    expect(await bank.service.updateProfile(patch)).toEqual({ missing: [] });
    expect(bank.ledger.named('updateProfile')).toEqual([
      { customerId, missing: [], status: 'active' },
    ]);
    expect(await bank.service.openLogin({ loginId, customerId })).toEqual({ missing: [] });
    await expect(bank.service.beginAuthentication({ loginId })).resolves.toBeDefined();
  });

  it('states the profile again at the next login when a crash came before the ledger had it', async () => {
    const customerId = await bank.customer({ email: null });
    bank.ledger.failOnce('updateProfile', new Error('crash'));
    await expect(
      bank.service.updateProfile({ customerId, email: 'a@example.org' }),
    ).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
    expect(
      await bank.service.openLogin({ loginId: `again-${customerId.slice(-12)}`, customerId }),
    ).toEqual({ missing: [] });
    expect(bank.ledger.named('updateProfile')).toHaveLength(2);
  });

  it('keeps the status that the tellers set on the ledger', async () => {
    const customerId = await bank.customer({ email: null });
    bank.ledger.block(customerId);
    await bank.service.updateProfile({ customerId, email: 'a@example.org' });
    expect(bank.ledger.named('updateProfile')).toEqual([
      { customerId, missing: [], status: 'blocked' },
    ]);
  });

  it('enrols once: the same again is a replay, another profile or password a conflict', async () => {
    const enrolment = {
      customerId: 'twice',
      password: PASSWORD,
      name: 'A B',
      phone: '+49 171 3920001',
    };
    const missing = ['email', 'birthDate', 'addresses'];
    expect(await bank.service.enrol(enrolment)).toEqual({ missing });
    expect(await bank.service.enrol({ ...enrolment, phone: '+491713920001' })).toEqual({ missing });
    await refused(bank.service.enrol({ ...enrolment, name: 'C D' }), 'IDEMPOTENCY_CONFLICT');
    await refused(
      bank.service.enrol({ ...enrolment, password: 'another-one' }),
      'IDEMPOTENCY_CONFLICT',
    );
  });

  it('replays an enrolment also after the profile and the password were changed', async () => {
    const enrolment = { customerId: 'changed', password: PASSWORD, name: 'A B' };
    await bank.service.enrol(enrolment);
    bank.ledger.enrolCustomer('changed', []);
    await bank.service.updateProfile({
      customerId: 'changed',
      name: 'E F',
      password: 'a-new-password',
    });
    await expect(bank.service.enrol(enrolment)).resolves.toBeDefined();
  });

  it.each([
    ['phone', { phone: '+49123' }],
    ['phone', { phone: '0171 3920001' }],
    ['email', { email: 'nobody' }],
    ['birthDate', { birthDate: '1988-02-30' }],
    ['password', { password: 'short' }],
    [
      'addresses.0.country',
      { addresses: [{ street: 'x', city: 'y', country: 'Germany', latitude: 0, longitude: 0 }] },
    ],
    [
      'addresses.0.latitude',
      { addresses: [{ street: 'x', city: 'y', country: 'DE', latitude: 0.5, longitude: 0 }] },
    ],
  ])('names the field that is wrong, never its value: %s', async (field, wrong) => {
    const failure: unknown = await bank.service
      .enrol({ customerId: 'wrong', password: PASSWORD, ...wrong })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'INPUT_INVALID', field });
    expect(JSON.stringify([failure, String(failure)])).not.toContain(
      String(Object.values(wrong)[0]),
    );
  });

  it('registers devices on the ledger, of known customers only', async () => {
    const publicKey =
      'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==';
    const customerId = await bank.customer();
    const device = { customerId, deviceId: 'phone', publicKey };
    expect(await bank.service.registerDevice(device)).toEqual({ registered: true });
    expect(bank.ledger.named('registerDevice')).toEqual([device]);
    await refused(
      bank.service.registerDevice({ ...device, customerId: 'none' }),
      'CUSTOMER_UNKNOWN',
    );
  });
});

describe('step-up', () => {
  const terms = { merchantId: 'merchant-1', total: '123456', currency: 'EUR', lines: [] };
  const orderDigest = digestOf(terms);
  const payment = { orderDigest, payee: 'merchant-1', amount: '123456', currency: 'EUR' };

  it('binds both factors to one order and shows payee and amount', async () => {
    const loginId = await bank.authenticated();
    await bank.service.beginStepUp({ loginId, ...payment, terms });
    expect(bank.messages.at(-1)?.text).toMatch(
      /^\d{6} confirms the payment of EUR 1234\.56 to merchant-1,/,
    );
    await bank.submitBoth(loginId, orderDigest);
    expect(await bank.service.complete({ loginId, boundTo: orderDigest })).toEqual({
      authenticated: true,
    });
    expect(bank.ledger.named('attestSms').at(-1)).toMatchObject({ loginId, boundTo: orderDigest });
    expect(bank.ledger.named('attestPassword').at(-1)).toMatchObject({
      loginId,
      boundTo: orderDigest,
    });
  });

  it('takes neither the code of the login nor that of another order', async () => {
    const loginId = await bank.authenticated();
    const loginCode = bank.lastCode();
    await bank.service.beginStepUp({ loginId, ...payment });
    const other = digestOf({ ...terms, total: '1' });
    const firstCode = bank.lastCode();
    await bank.service.beginStepUp({ loginId, ...payment, orderDigest: other, amount: '1' });
    await bank.service.submitPassword({ loginId, password: PASSWORD, boundTo: other });
    for (const code of [loginCode, firstCode])
      if (code !== bank.lastCode())
        await bank.service.submitCode({ loginId, code, boundTo: other });
    await refused(bank.service.complete({ loginId, boundTo: other }), 'AUTHENTICATION_FAILED');
    await refused(
      bank.service.complete({ loginId, boundTo: orderDigest }),
      'AUTHENTICATION_FAILED',
    );
    expect(bank.ledger.named('attestSms')).toHaveLength(1);
  });

  it('refuses another payee or amount for a digest that was shown', async () => {
    const loginId = await bank.authenticated();
    await bank.service.beginStepUp({ loginId, ...payment });
    await refused(
      bank.service.beginStepUp({ loginId, ...payment, amount: '1' }),
      'IDEMPOTENCY_CONFLICT',
    );
    await refused(
      bank.service.beginStepUp({ loginId, ...payment, payee: 'x' }),
      'IDEMPOTENCY_CONFLICT',
    );
  });

  it.each([
    ['payee', { payee: 'merchant-2' }],
    ['amount', { amount: '1' }],
    ['currency', { currency: 'CNY' }],
    ['orderDigest', { orderDigest: digestOf('other') }],
  ])('checks what is shown against the terms: %s', async (field, wrong) => {
    const call = bank.service.beginStepUp({ loginId: 'any', ...payment, ...wrong, terms });
    await refused(call, 'INPUT_INVALID', field);
  });

  it('needs an authenticated login, and a step-up that was begun', async () => {
    const loginId = await bank.begun();
    await refused(bank.service.beginStepUp({ loginId, ...payment }), 'STATE_CONFLICT');
    const authenticated = await bank.authenticated();
    const factor = { loginId: authenticated, password: PASSWORD, boundTo: orderDigest };
    await refused(bank.service.submitPassword(factor), 'NOT_FOUND', 'boundTo');
  });
});

describe('after a crash', () => {
  it('attests again with the same nonce when the ledger was away, and tells no caller before the join', async () => {
    const loginId = await bank.begun();
    bank.ledger.failOnce('attestPassword', new Error('unavailable'));
    await bank.submitBoth(loginId);
    await bank.service.idle();
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

  it('fails a login on the ledger whose failure did not reach it', async () => {
    const loginId = await bank.begun();
    bank.ledger.failOnce('failAuthentication', new Error('unavailable'));
    await expect(bank.service.complete({ loginId })).rejects.toMatchObject({
      code: 'LEDGER_UNAVAILABLE',
    });
    await refused(bank.restarted().complete({ loginId }), 'AUTHENTICATION_FAILED');
    expect(bank.ledger.named('failAuthentication')).toHaveLength(2);
  });

  it('sends another code when the first could not be sent', async () => {
    const customerId = await bank.customer();
    await bank.service.openLogin({ loginId: 'unsent', customerId });
    bank.messageFailure = new Error('outbox full');
    await refused(bank.service.beginAuthentication({ loginId: 'unsent' }), 'MESSAGE_NOT_SENT');
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

it('sends nothing personal to the ledger', async () => {
  await bank.authenticated();
  const sent = JSON.stringify(bank.ledger.calls);
  for (const value of [...Object.values(PERSONAL), PASSWORD, bank.lastCode()])
    expect(sent).not.toContain(value);
});

it('knows its own codes on the wire', () => {
  expect(['TOO_MANY_CODES', 'NOT_FOUND', 'toString', 3].map(isBankErrorCode)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
