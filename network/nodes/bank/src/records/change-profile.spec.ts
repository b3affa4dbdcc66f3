// SPDX-License-Identifier: Apache-2.0
// Enrolment, and who may change which profile field.
import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ADDRESS, BankFixture, PASSWORD, PERSONAL } from '../testing/bank-fixture.js';
import { expectRefused } from '../testing/refused.js';

let bank: BankFixture;

beforeAll(async () => {
  bank = await BankFixture.open();
});

afterAll(() => bank.close());

beforeEach(() => bank.forget());

it('prompts for missing fields and stops the login until the profile is complete', async () => {
  const customerId = await bank.customer({ email: null, birthDate: null, addresses: [] });
  const loginId = `incomplete-${customerId.slice(-12)}`;
  const missing = ['email', 'birthDate', 'addresses'];
  expect(await bank.service.openLogin({ loginId, customerId })).toEqual({ missing });
  await expectRefused(
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
  const patch = { loginId, email, birthDate, addresses: [address] };
  expect(await bank.service.completeProfile(patch)).toEqual({ missing: [] });
  expect(bank.ledger.named('updateProfile')).toEqual([{ customerId, missing: [] }]);
  expect(await bank.service.openLogin({ loginId, customerId })).toEqual({ missing: [] });
  await expect(bank.service.beginAuthentication({ loginId })).resolves.toBeDefined();
});

it("states the profile again at the next login when a crash came before the ledger's statement", async () => {
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
  expect(await bank.ledger.readCustomer({ customerId })).toMatchObject({ status: 'blocked' });
});

it('does not undo a block that the bank sets while it states a profile', async () => {
  const customerId = await bank.customer({ email: null });
  const goOn = bank.ledger.hold('updateProfile');
  const stating = bank.service.updateProfile({ customerId, email: 'a@example.org' });
  while (bank.ledger.named('updateProfile').length === 0) await nextTurn();
  bank.ledger.block(customerId);
  goOn();
  await stating;
  expect(await bank.ledger.readCustomer({ customerId })).toMatchObject({
    missing: [],
    status: 'blocked',
  });
});

it('enrols once: the same content is a replay, another profile or password a conflict', async () => {
  const enrolment = {
    customerId: 'twice',
    password: PASSWORD,
    name: 'A B',
    phone: '+49 171 3920001',
  };
  const missing = ['email', 'birthDate', 'addresses'];
  expect(await bank.service.enrol(enrolment)).toEqual({ missing });
  expect(await bank.service.enrol({ ...enrolment, phone: '+491713920001' })).toEqual({ missing });
  await expectRefused(bank.service.enrol({ ...enrolment, name: 'C D' }), 'IDEMPOTENCY_CONFLICT');
  await expectRefused(
    bank.service.enrol({ ...enrolment, password: 'another-one' }),
    'IDEMPOTENCY_CONFLICT',
  );
});

it('also replays an enrolment after a change of profile and password', async () => {
  const enrolment = { customerId: 'changed', password: PASSWORD, name: 'A B' };
  await bank.service.enrol(enrolment);
  bank.ledger.enrolCustomer('changed', []);
  await bank.service.updateProfile({ customerId: 'changed', name: 'E F', phone: PERSONAL.phone });
  const recovery = { changeId: 'other-password', password: 'a-new-password' };
  await bank.service.startRecovery({ customerId: 'changed', ...recovery });
  await bank.as('berta').confirmRecovery({ changeId: 'other-password' });
  bank.now += 3 * 86_400_000;
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
])('names the wrong field, never its value: %s', async (field, wrong) => {
  const failure: unknown = await bank.service
    .enrol({ customerId: 'wrong', password: PASSWORD, ...wrong })
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'INPUT_INVALID', field });
  expect(JSON.stringify([failure, String(failure)])).not.toContain(String(Object.values(wrong)[0]));
});

it('registers devices on the ledger, only for known customers', async () => {
  const publicKey =
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==';
  const customerId = await bank.customer();
  const device = { customerId, deviceId: 'phone', publicKey };
  expect(await bank.service.registerDevice(device)).toEqual({ registered: true });
  expect(bank.ledger.named('registerDevice')).toEqual([device]);
  await expectRefused(
    bank.service.registerDevice({ ...device, customerId: 'none' }),
    'CUSTOMER_UNKNOWN',
  );
});
const INCOMPLETE = { phone: null, email: null, birthDate: null };

const opened = async (customerId: string): Promise<string> => {
  const loginId = `opened-${randomUUID()}`;
  await bank.service.openLogin({ loginId, customerId });
  return loginId;
};

const phoneOf = async (customerId: string): Promise<string | null | undefined> => {
  const query = bank.db.selectFrom('customers').select('phone');
  return (await query.where('customer_id', '=', customerId).executeTakeFirst())?.phone;
};

describe('who fills and who replaces', () => {
  it('a customer fills in a first telephone, corrects it, and authenticates with it', async () => {
    const customerId = await bank.customer(INCOMPLETE);
    const loginId = await opened(customerId);
    await bank.service.completeProfile({ loginId, phone: '+491713920007' });
    const { phone, email, birthDate } = PERSONAL;
    const patch = { loginId, phone, email, birthDate };
    expect(await bank.service.completeProfile(patch)).toEqual({ missing: [] });
    expect(await bank.service.completeProfile(patch)).toEqual({ missing: [] });
    await bank.service.openLogin({ loginId, customerId });
    await bank.service.beginAuthentication({ loginId });
    expect(bank.messages.at(-1)?.to).toBe(phone);
  });

  it('a customer cannot correct it after the login authenticates, in another login, or an hour later', async () => {
    const customerId = await bank.customer(INCOMPLETE);
    const [loginId, late] = [await opened(customerId), await opened(customerId)];
    const { phone, email, birthDate } = PERSONAL;
    await bank.service.completeProfile({ loginId: late, email });
    await bank.service.completeProfile({ loginId, phone, birthDate });
    const changed = { phone: '+491713920009' };
    const elsewhere = bank.service.completeProfile({
      loginId: await opened(customerId),
      ...changed,
    });
    await expectRefused(elsewhere, 'LOGIN_NOT_AUTHENTICATED', 'phone');
    await bank.service.openLogin({ loginId, customerId });
    await bank.service.beginAuthentication({ loginId });
    await expectRefused(
      bank.service.completeProfile({ loginId, ...changed }),
      'LOGIN_NOT_AUTHENTICATED',
    );
    bank.now += 3_600_000;
    await expectRefused(
      bank.service.completeProfile({ loginId: late, email: 'x@example.org' }),
      'LOGIN_NOT_AUTHENTICATED',
      'email',
    );
    expect(await phoneOf(customerId)).toBe(phone);
  });

  it.each([
    ['a telephone', { phone: '+491713920009' }],
    ['no telephone', { phone: null }],
    ['a name', { name: 'Another Name' }],
    ['a birth date', { birthDate: '1990-01-01' }],
    ['an e-mail address', { email: 'x@example.org' }],
    ['addresses', { addresses: [ADDRESS] }],
    ['no addresses', { addresses: null }],
  ])('nobody replaces a value with %s before both factors passed', async (_what, patch) => {
    const customerId = await bank.customer();
    const before = await bank.db.selectFrom('customers').selectAll().execute();
    for (const loginId of [await opened(customerId), await bank.begun(customerId)])
      await expectRefused(
        bank.service.completeProfile({ loginId, ...patch }),
        'LOGIN_NOT_AUTHENTICATED',
      );
    expect(await bank.db.selectFrom('customers').selectAll().execute()).toEqual(before);
  });

  it('an authenticated customer replaces e-mail and addresses, but nothing that proves the identity', async () => {
    const customerId = await bank.customer();
    const loginId = await bank.authenticated(customerId);
    const own = { email: 'new@example.org', addresses: [{ ...ADDRESS, city: 'Kiel' }] };
    expect(await bank.service.completeProfile({ loginId, ...own })).toEqual({ missing: [] });
    const { addresses } = await bank.service.offerAddresses({ loginId });
    expect(addresses.map(({ text }) => text)).toEqual([expect.stringContaining('Kiel')]);
    const { service } = bank;
    await expectRefused(service.completeProfile({ loginId, name: 'X' }), 'ACCESS_DENIED', 'name');
    await expectRefused(
      service.completeProfile({ loginId, birthDate: '1990-01-01' }),
      'ACCESS_DENIED',
      'birthDate',
    );
    for (const phone of ['+491713920009', null])
      await expectRefused(
        service.completeProfile({ loginId, phone }),
        'CHANGE_NEEDS_FACTORS',
        'phone',
      );
  });

  it('the front office replaces all but the telephone, and may repeat the present one', async () => {
    const customerId = await bank.customer();
    const { phone } = PERSONAL;
    const patch = { customerId, name: 'Lena Brandt-Wolf', birthDate: '1988-04-18', phone };
    expect(await bank.service.updateProfile(patch)).toEqual({ missing: [] });
    for (const other of ['+491713920009', null]) {
      const call = bank.service.updateProfile({ customerId, phone: other });
      await expectRefused(call, 'CHANGE_NEEDS_FACTORS', 'phone');
    }
    expect(await phoneOf(customerId)).toBe(phone);
  });

  it.each(['updateProfile', 'completeProfile'] as const)('%s takes no password', async (name) => {
    const input = { customerId: 'x', loginId: 'x', email: 'x@example.org', password: PASSWORD };
    const call = (bank.service[name] as (input: object) => Promise<unknown>)(input);
    await expectRefused(call, 'INPUT_INVALID', 'unknown');
  });
});
