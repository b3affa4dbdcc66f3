// SPDX-License-Identifier: Apache-2.0
// Passkeys with a device that really signs: what is accepted, and every reason to refuse.
import { termsDigest } from '@fabric-offline-pay/domain';
import { BankError } from '../bank-error.js';
import { watch } from '../alerts/watch.js';
import { Alerts } from '../alerts/alerts.js';
import { BankFixture, PASSWORD, termsOf } from '../testing/bank-fixture.js';
import { LIMITS } from '../testing/fake-ledger.js';
import { expectRefused } from '../testing/refused.js';
import {
  SoftwareAuthenticator,
  type Algorithm,
  type Deviations,
} from '../testing/software-authenticator.js';
import { exportCustomer } from '../statements/personal-data/export-customer.js';
import { eraseCustomer } from '../statements/personal-data/erase-customer.js';
import { passkeysSchema } from './passkey-config.js';

const SITE = { rpId: 'bank.example', origin: 'https://pay.bank.example' };
const PASSKEYS = { rpId: SITE.rpId, rpName: 'Bank', origins: [SITE.origin] };

let bank: BankFixture;

beforeAll(async () => {
  bank = await BankFixture.open({}, () => ({ passkeys: PASSKEYS }));
});

afterAll(() => bank.close());

beforeEach(() => bank.forget());

interface Owner {
  readonly customerId: string;
  readonly device: SoftwareAuthenticator;
  readonly passkeyId: string;
  /** A session by password and code. */
  readonly session: string;
}

/** A customer with a passkey. */
async function owner(algorithm: Algorithm = 'ES256'): Promise<Owner> {
  const customerId = await bank.customer();
  const session = await bank.authenticated(customerId);
  const device = new SoftwareAuthenticator(SITE, algorithm);
  const { options } = await bank.service.beginPasskey({ loginId: session });
  const credential = device.create(options);
  const { passkeyId } = await bank.service.registerPasskey({
    ...{ loginId: session, name: 'phone', credential },
  });
  return { customerId, device, passkeyId, session };
}

let logins = 0;

/** A login that waits for its factors, without any code. */
async function opened(customerId: string): Promise<string> {
  const loginId = `by-passkey-${(logins += 1)}`;
  await bank.service.openLogin({ loginId, customerId });
  return loginId;
}

/** A login with the right password, and what the device answers. @returns the results of the tries, and what joining them said */
async function tried(
  { customerId, device }: Pick<Owner, 'customerId' | 'device'>,
  deviations: Deviations = {},
) {
  const loginId = await opened(customerId);
  const { options } = await bank.service.beginPasskeyAuthentication({ loginId });
  await bank.service.submitPassword({ loginId, password: PASSWORD });
  const answer = await bank.service.submitPasskey({
    ...{ loginId, assertion: device.get(options, deviations) },
  });
  const joined = await bank.service.complete({ loginId }).then(
    () => 'joined',
    (error: unknown) => (error instanceof BankError ? error.code : String(error)),
  );
  const [, result] = await bank.results(loginId);
  return { answer, result, joined, loginId };
}

const RECEIVED = { received: true };
const PASSED = { answer: RECEIVED, result: 'PASSED', joined: 'joined' };
const WRONG = { answer: RECEIVED, result: 'PASSKEY_WRONG', joined: 'AUTHENTICATION_FAILED' };

describe('a passkey and the password', () => {
  test.each(['ES256', 'Ed25519'] as const)('open a session without any code: %s', async (name) => {
    const someone = await owner(name);
    bank.forget();
    const { loginId, ...seen } = await tried(someone);
    expect(seen).toEqual(PASSED);
    expect(bank.messages).toEqual([]);
    expect(await bank.service.listPasskeys({ loginId })).toMatchObject([
      { passkeyId: someone.passkeyId, name: 'phone', backedUp: false, suspended: false },
    ]);
    const attested = bank.ledger.named('attestSms');
    expect(attested).toEqual([
      { loginId, boundTo: 'login', nonce: expect.stringMatching(/^[0-9a-f]{32}$/) as string },
    ]);
  });

  test('are both needed: a passkey and a code prove the same', async () => {
    const { customerId, device } = await owner();
    const loginId = await opened(customerId);
    await bank.service.beginAuthentication({ loginId });
    await bank.service.submitCode({ loginId, code: bank.lastCode() });
    const { options } = await bank.service.beginPasskeyAuthentication({ loginId });
    await bank.service.submitPasskey({ loginId, assertion: device.get(options) });
    expect(await bank.results(loginId)).toEqual(['PASSED', 'PASSED']);
    await expectRefused(bank.service.complete({ loginId }), 'AUTHENTICATION_FAILED');
    const attested = bank.ledger.named('attestSms').filter((input) => input['loginId'] === loginId);
    expect(new Set(attested.map(({ nonce }) => nonce)).size).toBe(1);
  });

  test('confirm one payment, whose digest the passkey signs', async () => {
    const { customerId, device, session: loginId } = await owner();
    const terms = termsOf(loginId, customerId);
    const begun = await bank.service.beginPasskeyStepUp({ loginId, terms });
    const boundTo = termsDigest(terms);
    const { merchantId: payee, total: amount, currency } = terms;
    expect(begun).toMatchObject({ boundTo, payment: { payee, amount, currency } });
    const signed = Buffer.from(begun.options.challenge, 'base64url').subarray(32).toString();
    expect(signed).toBe(boundTo);
    const assertion = device.get(begun.options);
    await bank.service.submitPassword({ loginId, password: PASSWORD, boundTo });
    await bank.service.submitPasskey({ loginId, assertion, boundTo });
    await expect(bank.service.complete({ loginId, boundTo })).resolves.toEqual({
      authenticated: true,
    });
    expect(bank.ledger.named('attestSms').at(-1)).toMatchObject({ loginId, boundTo });
  });

  test('do not confirm another payment or a change of the telephone', async () => {
    const { customerId, device, session: loginId } = await owner();
    const terms = termsOf(loginId, customerId);
    const { options } = await bank.service.beginPasskeyStepUp({ loginId, terms });
    const change = { loginId, changeId: `change-${loginId}`, phone: '+491713920077' };
    const { boundTo } = await bank.service.beginChange(change);
    await bank.service.submitPassword({ loginId, password: PASSWORD, boundTo });
    const assertion = device.get(options);
    await bank.service.submitPasskey({ loginId, assertion, boundTo });
    await expectRefused(bank.service.complete({ loginId, boundTo }), 'AUTHENTICATION_FAILED');
    expect((await bank.results(loginId)).at(-1)).toBe('CHALLENGE_OVER');
    const other = bank.service.submitPasskey({ loginId, assertion, boundTo: '0'.repeat(64) });
    await expectRefused(other, 'NOT_FOUND', 'boundTo');
  });
});

describe('what a device signed is refused', () => {
  let someone: Owner;
  beforeAll(async () => {
    someone = await owner();
  });
  // So that none of these tries is refused because of the ones before.
  beforeEach(() => {
    bank.now += 901_000;
  });

  test.each<readonly [string, Deviations]>([
    ['on a page of another site', { origin: 'https://pay.bank.example.evil.example' }],
    ['on another page of the site', { origin: 'https://shop.bank.example' }],
    ['for another site', { rpId: 'evil.example' }],
    ['without asking who its user is', { userVerified: false }],
    ['in a page of somebody else', { crossOrigin: true }],
    ['as if it made a passkey', { type: 'webauthn.create' }],
    ['for another challenge', { challenge: Buffer.alloc(37, 1).toString('base64url') }],
    ['for another user', { userHandle: Buffer.alloc(32, 1).toString('base64url') }],
    ['and the page said otherwise later', { tamper: (said) => said.replace('{', '{"x":1,') }],
    ['and what the page said cannot be read', { tamper: () => 'no JSON' }],
  ])('%s', async (_, deviations) => {
    expect(await tried(someone, deviations)).toMatchObject(WRONG);
  });

  test('with the passkey of another customer', async () => {
    const { device } = await owner();
    const { customerId } = someone;
    expect(await tried({ customerId, device })).toMatchObject(WRONG);
    const userHandle = someone.device.get({ challenge: 'x' }).response.userHandle;
    expect(await tried({ customerId, device }, { userHandle })).toMatchObject(WRONG);
  });

  test('with a passkey that was removed', async () => {
    const gone = await owner();
    const { passkeyId, session: loginId } = gone;
    await bank.service.removePasskey({ loginId, passkeyId });
    expect(await bank.service.removePasskey({ loginId, passkeyId })).toEqual({ removed: true });
    expect(bank.messages.filter(({ text }) => text.includes('was removed'))).toHaveLength(1);
    expect(await tried(gone)).toMatchObject(WRONG);
    expect(await bank.service.listPasskeys({ loginId })).toEqual([]);
  });

  test('a second time', async () => {
    const { customerId, device } = someone;
    const loginId = await opened(customerId);
    const { options } = await bank.service.beginPasskeyAuthentication({ loginId });
    const assertion = device.get(options);
    const submit = (into: string) => bank.service.submitPasskey({ loginId: into, assertion });
    await Promise.all([submit(loginId), submit(loginId)]);
    expect((await bank.results(loginId)).sort()).toEqual(['CHALLENGE_OVER', 'PASSED']);
    const other = await opened(customerId);
    await bank.service.beginPasskeyAuthentication({ loginId: other });
    await submit(other);
    expect(await bank.results(other)).toEqual(['PASSKEY_WRONG']);
  });

  test('after its time, or after a newer challenge', async () => {
    const { customerId, device } = someone;
    const loginId = await opened(customerId);
    const first = await bank.service.beginPasskeyAuthentication({ loginId });
    const second = await bank.service.beginPasskeyAuthentication({ loginId });
    await bank.service.submitPasskey({ loginId, assertion: device.get(first.options) });
    bank.now = second.expiresAt * 1000 + 1000;
    await bank.service.submitPasskey({ loginId, assertion: device.get(second.options) });
    await bank.service
      .beginPasskeyAuthentication({ loginId })
      .then(async ({ expiresAt, options }) => {
        bank.now = expiresAt * 1000 + 1000;
        await bank.service.submitPasskey({ loginId, assertion: device.get(options) });
      });
    expect(await bank.results(loginId)).toEqual([
      ...(['PASSKEY_WRONG', 'CHALLENGE_OVER', 'CHALLENGE_OVER'] as const),
    ]);
  });
});

/** Alerts that are kept in the bank's tables and told to nobody. */
async function alerted(): Promise<string[]> {
  const { db, context } = bank;
  const work = { ask: () => Promise.resolve(), wake: () => undefined };
  const alerts = new Alerts(work, []);
  const failingJobs = () => Promise.resolve([]);
  await watch({ ...context, work: { ...work, failingJobs }, escalateAfterSeconds: 900 }, alerts);
  const open = db.selectFrom('alerts').select('subject').where('kind', '=', 'copiedPasskey');
  return (await open.where('closed_at', 'is', null).execute()).map(({ subject }) => subject);
}

describe('a counter that does not rise', () => {
  test.each([1, 2])('suspends the passkey and alerts the operator: %i', async (counter) => {
    const { customerId, device, passkeyId, session } = await owner();
    expect(await tried({ customerId, device })).toMatchObject(PASSED);
    const copied = await tried({ customerId, device }, { counter });
    expect(copied).toMatchObject({ ...WRONG, result: 'PASSKEY_COPIED' });
    expect(await tried({ customerId, device })).toMatchObject(WRONG);
    expect(await bank.service.listPasskeys({ loginId: session })).toMatchObject([
      { suspended: true },
    ]);
    expect(await alerted()).toContain(`${customerId}/${passkeyId}`);
    await bank.service.removePasskey({ loginId: session, passkeyId });
    expect(await alerted()).not.toContain(`${customerId}/${passkeyId}`);
  });

  test('suspends nothing without the signature of the device', async () => {
    const { customerId, device } = await owner();
    const tamper = (said: string) => said.replace('{', '{"x":1,');
    expect(await tried({ customerId, device }, { counter: 1, tamper })).toMatchObject(WRONG);
    expect(await tried({ customerId, device })).toMatchObject(PASSED);
  });
});

describe('guessing', () => {
  test('locks passkeys like codes, and only those', async () => {
    const someone = await owner();
    const { customerId, device } = someone;
    for (let wrong = 0; wrong < 10; wrong += 1)
      await tried(someone, { origin: 'https://evil.example' });
    expect(await tried(someone)).toMatchObject({ result: 'LOCKED' });
    const byCode = await bank.begun(customerId);
    await bank.submitBoth(byCode);
    await expect(bank.service.complete({ loginId: byCode })).resolves.toMatchObject({
      limits: LIMITS,
    });
    bank.now += 901_000;
    expect(await tried({ customerId, device })).toMatchObject(PASSED);
  });

  test('answers somebody who is no customer, or has no passkey, like everybody', async () => {
    const known = await bank.customer();
    const device = new SoftwareAuthenticator(SITE, 'ES256');
    device.create({ challenge: 'x', user: { id: Buffer.alloc(32).toString('base64url') } });
    const seen = [];
    for (const customerId of [known, 'nobody'])
      seen.push({ ...(await tried({ customerId, device })), loginId: '' });
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]).toMatchObject(WRONG);
  });

  test('counts against the caps of the caller, and challenges are not given without end', async () => {
    const customerId = await bank.customer();
    const loginId = await opened(customerId);
    for (let asked = 0; asked < 10; asked += 1)
      await bank.service.beginPasskeyAuthentication({ loginId });
    const more = bank.service.beginPasskeyAuthentication({ loginId });
    await expectRefused(more, 'TOO_MANY_CHALLENGES');
    const device = new SoftwareAuthenticator(SITE, 'ES256');
    device.create({ challenge: 'x', user: { id: 'x' } });
    bank.forget();
    await bank.service.submitPasskey({ loginId, assertion: device.get({ challenge: 'x' }) });
    expect(bank.spent).toEqual(['tries']);
  });
});

describe('registering', () => {
  const begun = async () => {
    const loginId = await bank.authenticated();
    return { loginId, ...(await bank.service.beginPasskey({ loginId })) };
  };

  test('asks for a verified user, no attestation, and says nothing of who it is', async () => {
    const { options } = await begun();
    expect(options).toMatchObject({
      rp: { id: SITE.rpId },
      attestation: 'none',
      authenticatorSelection: { userVerification: 'required', residentKey: 'required' },
      excludeCredentials: [],
    });
    expect(options.pubKeyCredParams.map(({ alg }) => alg)).toEqual([-8, -7, -257]);
    expect(Buffer.from(options.user.id, 'base64url')).toHaveLength(32);
  });

  test.each<readonly [string, Deviations]>([
    ['on a page of another site', { origin: 'https://evil.example' }],
    ['for another site', { rpId: 'evil.example' }],
    ['without asking who its user is', { userVerified: false }],
    ['in a page of somebody else', { crossOrigin: true }],
    ['as if it signed for a login', { type: 'webauthn.get' }],
    ['for another challenge', { challenge: Buffer.alloc(44, 1).toString('base64url') }],
    ['and what the page said cannot be read', { tamper: () => 'no JSON' }],
  ])('is refused when the device answers %s', async (_, deviations) => {
    const { loginId, options } = await begun();
    const credential = new SoftwareAuthenticator(SITE, 'ES256').create(options, deviations);
    const registered = bank.service.registerPasskey({ loginId, name: 'x', credential });
    await expectRefused(registered, 'PASSKEY_REFUSED', 'credential');
    expect(bank.messages.filter(({ text }) => text.includes('passkey'))).toEqual([]);
  });

  test('needs a session, its own challenge in time, and answers a repetition the same', async () => {
    await expectRefused(
      bank.service.beginPasskey({ loginId: await bank.begun() }),
      'LOGIN_NOT_AUTHENTICATED',
    );
    const { loginId, options, expiresAt } = await begun();
    const device = new SoftwareAuthenticator(SITE, 'Ed25519');
    const input = { loginId, name: '我的手机', credential: device.create(options) };
    const registered = await bank.service.registerPasskey(input);
    expect(await bank.service.registerPasskey(input)).toEqual(registered);
    expect(bank.messages.filter(({ text }) => text.includes('passkey'))).toHaveLength(1);
    const twice = new SoftwareAuthenticator(SITE, 'Ed25519').create(options);
    const again = bank.service.registerPasskey({ ...input, credential: twice });
    await expectRefused(again, 'PASSKEY_REFUSED');
    const other = await begun();
    const stolen = { loginId: other.loginId, name: 'x', credential: device.create(other.options) };
    await expectRefused(bank.service.registerPasskey(stolen), 'PASSKEY_REFUSED');
    const late = await bank.service.beginPasskey({ loginId });
    bank.now = expiresAt * 1000 + 1000;
    const slow = new SoftwareAuthenticator(SITE, 'ES256').create(late.options);
    await expectRefused(
      bank.service.registerPasskey({ loginId, name: 'x', credential: slow }),
      'PASSKEY_REFUSED',
    );
  });

  test('does not happen unannounced', async () => {
    const { loginId, options } = await begun();
    const credential = new SoftwareAuthenticator(SITE, 'ES256').create(options);
    bank.messageFailure = new Error('the gateway is down');
    const input = { loginId, name: 'x', credential };
    await expectRefused(bank.service.registerPasskey(input), 'MESSAGE_NOT_SENT');
    expect(await bank.service.listPasskeys({ loginId })).toEqual([]);
    await bank.service.registerPasskey(input);
    expect(bank.messages.at(-1)?.text).toContain('passkey');
  });

  test('ends at ten passkeys; each device is asked once', async () => {
    const { session: loginId } = await owner();
    for (let more = 1; more < 10; more += 1) {
      const { options } = await bank.service.beginPasskey({ loginId });
      expect(options.excludeCredentials).toHaveLength(more);
      const credential = new SoftwareAuthenticator(SITE, 'ES256').create(options);
      await bank.service.registerPasskey({ loginId, name: `device ${more}`, credential });
    }
    await expectRefused(bank.service.beginPasskey({ loginId }), 'TOO_MANY_PASSKEYS');
  });
});

test("nobody renames or removes another customer's passkey", async () => {
  const [one, other] = [await owner(), await owner()];
  const theirs = { loginId: other.session, passkeyId: one.passkeyId };
  await expectRefused(bank.service.renamePasskey({ ...theirs, name: 'x' }), 'NOT_FOUND');
  await expectRefused(bank.service.removePasskey(theirs), 'NOT_FOUND');
  const own = { loginId: one.session, passkeyId: one.passkeyId };
  expect(await bank.service.renamePasskey({ ...own, name: 'key' })).toMatchObject({ name: 'key' });
  expect(await tried(one)).toMatchObject(PASSED);
});

test('a recovery at the front office removes all passkeys when it takes effect', async () => {
  const someone = await owner();
  const { customerId } = someone;
  const changeId = `recovery-${customerId}`;
  const phone = '+491713920078';
  await bank.service.startRecovery({ customerId, changeId, phone });
  await bank.as('berta').confirmRecovery({ changeId });
  expect(await tried(someone)).toMatchObject(PASSED);
  bank.now += 4 * 86_400_000;
  expect(await tried(someone)).toMatchObject(WRONG);
  const loginId = await bank.authenticated(customerId);
  expect(await bank.service.listPasskeys({ loginId })).toEqual([]);
});

test('the export shows passkeys without what authenticates, and erasure deletes them', async () => {
  const { customerId, device } = await owner();
  await tried({ customerId, device });
  const { tables } = await exportCustomer(bank.db, customerId);
  expect(tables['passkeys']).toMatchObject([{ name: 'phone', suspended_at: null }]);
  expect(tables['passkey_challenges']).toHaveLength(2);
  const shown = JSON.stringify([tables['passkeys'], tables['passkey_challenges']]);
  for (const secret of ['public_key', 'credential_id', '"challenge"', 'registered_with'])
    expect(shown).not.toContain(secret);
  bank.ledger.block(customerId);
  expect(await eraseCustomer(bank.context, customerId)).toMatchObject({ erased: true });
  const after = await exportCustomer(bank.db, customerId);
  expect([after.tables['passkeys'], after.tables['passkey_challenges']]).toEqual([[], []]);
});

test('nothing of a passkey reaches the ledger', async () => {
  const { customerId, device } = await owner();
  await tried({ customerId, device });
  const sent = JSON.stringify(bank.ledger.calls);
  expect(sent).not.toMatch(/passkey(?!-\d)/i);
  expect(sent).not.toContain(device.credentialId.toString('base64url'));
});

test('a bank without the setting offers none', async () => {
  const without = await BankFixture.open();
  try {
    const loginId = await without.authenticated();
    await expectRefused(without.service.beginPasskey({ loginId }), 'PASSKEYS_OFF');
    await expectRefused(without.service.beginPasskeyAuthentication({ loginId }), 'PASSKEYS_OFF');
    expect(await without.service.listPasskeys({ loginId })).toEqual([]);
  } finally {
    await without.close();
  }
});

test.each([
  ['https://bank.example', true],
  ['https://pay.bank.example:8443', true],
  [`android:apk-key-hash:${'A'.repeat(43)}`, true],
  ['http://bank.example', false],
  ['https://notbank.example', false],
  ['https://bank.example/login', false],
  ['https://bank.example.evil.example', false],
  ['*', false],
])('passkeys may come from %s: %s', (origin, isAllowed) => {
  expect(passkeysSchema.safeParse({ ...PASSKEYS, origins: [origin] }).success).toBe(isAllowed);
});
