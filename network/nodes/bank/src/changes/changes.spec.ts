// SPDX-License-Identifier: Apache-2.0
// A new telephone or password needs both old factors, or two persons at the counter. The old telephone gets a
// message; the change waits and can be cancelled.
import { randomUUID } from 'node:crypto';
import { BankFixture, PASSWORD, PERSONAL } from '../testing/bank-fixture.js';
import { expectRefused } from '../testing/refused.js';

const OLD = PERSONAL.phone;
const NEW = '+491713920009';
const DAY = 86_400_000;

let bank: BankFixture;

beforeAll(async () => {
  bank = await BankFixture.open();
});

afterAll(() => bank.close());

beforeEach(() => bank.forget());

interface Session {
  readonly customerId: string;
  readonly loginId: string;
  readonly changeId: string;
}

async function session(): Promise<Session> {
  const customerId = await bank.customer();
  const changeId = `change-${randomUUID()}`;
  return { customerId, loginId: await bank.authenticated(customerId), changeId };
}

const factorsOf = (customerId: string) =>
  bank.db
    .selectFrom('customers')
    .select(['phone', 'password_hash'])
    .where('customer_id', '=', customerId)
    .executeTakeFirstOrThrow();

/** @returns a change whose two factors passed. */
async function confirmed(what: { phone?: string; password?: string }): Promise<Session> {
  const asked = await session();
  const { loginId, changeId } = asked;
  const { boundTo } = await bank.service.beginChange({ loginId, changeId, ...what });
  await bank.submitBoth(loginId, boundTo);
  await bank.service.complete({ loginId, boundTo });
  return asked;
}

/** @returns the telephone to which the bank sends the code of a new login. */
async function codeGoesTo(customerId: string): Promise<string | undefined> {
  await bank.begun(customerId);
  return bank.messages.at(-1)?.to;
}

async function logsInWith(customerId: string, password: string): Promise<boolean> {
  const loginId = await bank.begun(customerId);
  await bank.service.submitPassword({ loginId, password });
  await bank.service.submitCode({ loginId, code: bank.lastCode() });
  return bank.service.complete({ loginId }).then(
    () => true,
    () => false,
  );
}

describe("a customer's change", () => {
  it('sends its code to the old telephone and says what the code is for', async () => {
    const { loginId, changeId } = await session();
    bank.messages.length = 0;
    const password = 'a-new-password';
    const begun = await bank.service.beginChange({ loginId, changeId, phone: NEW, password });
    expect(begun.boundTo).toMatch(/^[0-9a-f]{64}$/);
    expect(bank.messages.map(({ to }) => to)).toEqual([OLD]);
    expect(bank.messages[0]?.text).toMatch(
      /^\d{6} confirms the telephone number that ends in 009 and a new password/,
    );
  });

  it('needs both old factors, bound to this change', async () => {
    const { loginId, changeId } = await session();
    const loginCode = bank.lastCode();
    const { boundTo } = await bank.service.beginChange({ loginId, changeId, phone: NEW });
    const complete = () => bank.service.complete({ loginId, boundTo });
    await expectRefused(complete(), 'AUTHENTICATION_FAILED');
    await bank.service.submitPassword({ loginId, password: PASSWORD, boundTo });
    if (loginCode !== bank.lastCode())
      await bank.service.submitCode({ loginId, code: loginCode, boundTo });
    await expectRefused(complete(), 'AUTHENTICATION_FAILED');
    await bank.service.submitCode({ loginId, code: bank.lastCode(), boundTo });
    const effectiveAt = Math.floor(bank.now / 1000) + 86_400;
    expect(await complete()).toEqual({ authenticated: true, effectiveAt });
    expect(await complete()).toEqual({ authenticated: true, effectiveAt });
  });

  it('cannot borrow the factors of another change', async () => {
    const { loginId, changeId } = await session();
    const first = await bank.service.beginChange({ loginId, changeId, phone: NEW });
    await bank.submitBoth(loginId, first.boundTo);
    const other = { loginId, changeId: `${changeId.slice(0, 40)}-b`, phone: '+491713920008' };
    const second = await bank.service.beginChange(other);
    expect(second.boundTo).not.toBe(first.boundTo);
    const join = bank.service.complete({ loginId, boundTo: second.boundTo });
    await expectRefused(join, 'AUTHENTICATION_FAILED');
  });

  it('is announced to the old telephone, and takes effect after a day, not sooner', async () => {
    const { customerId } = await confirmed({ phone: NEW });
    expect(bank.messages.at(-1)).toMatchObject({
      to: OLD,
      text: expect.stringMatching(/ends in 009 in 24 hours.*cancel/) as string,
    });
    bank.now += DAY - 1;
    expect(await codeGoesTo(customerId)).toBe(OLD);
    bank.now += 1;
    expect(await codeGoesTo(customerId)).toBe(NEW);
  });

  it('of a password leaves the old one valid while it waits, and no longer', async () => {
    const { customerId } = await confirmed({ password: 'a-new-password' });
    expect(await logsInWith(customerId, 'a-new-password')).toBe(false);
    expect(await logsInWith(customerId, PASSWORD)).toBe(true);
    bank.now += DAY;
    expect(await logsInWith(customerId, PASSWORD)).toBe(false);
    expect(await logsInWith(customerId, 'a-new-password')).toBe(true);
  });

  it('can be cancelled by the customer while it waits, in any login, and then never takes effect', async () => {
    const { customerId, changeId } = await confirmed({ phone: NEW, password: 'a-new-password' });
    const before = await factorsOf(customerId);
    bank.now += DAY / 2;
    const loginId = await bank.authenticated(customerId);
    expect(await bank.service.listChanges({ loginId })).toMatchObject([
      { changeId, kind: 'change', changes: ['phone', 'password'], state: 'waiting' },
    ]);
    const cancel = () => bank.service.cancelChange({ loginId, changeId });
    expect(await cancel()).toEqual({ cancelled: true });
    expect(await cancel()).toEqual({ cancelled: true });
    expect(bank.messages.at(-1)).toMatchObject({
      to: OLD,
      text: expect.stringMatching(/was cancelled/) as string,
    });
    bank.now += 2 * DAY;
    expect(await codeGoesTo(customerId)).toBe(OLD);
    expect(await factorsOf(customerId)).toEqual(before);
  });

  it('cannot be cancelled by another customer, or after it took effect', async () => {
    const { customerId, changeId } = await confirmed({ phone: NEW });
    const stranger = await bank.authenticated();
    const call = bank.service.cancelChange({ loginId: stranger, changeId });
    await expectRefused(call, 'NOT_FOUND', 'changeId');
    bank.now += DAY;
    const loginId = await bank.authenticated(customerId);
    await expectRefused(
      bank.service.cancelChange({ loginId, changeId }),
      'STATE_CONFLICT',
      'changeId',
    );
  });

  it('blocks other changes while it waits', async () => {
    const { customerId } = await confirmed({ phone: NEW });
    const loginId = await bank.authenticated(customerId);
    const other = { loginId, changeId: `second-${randomUUID()}`, phone: '+491713920008' };
    await expectRefused(bank.service.beginChange(other), 'STATE_CONFLICT', 'changeId');
  });

  it('also blocks a change that was begun before it waited', async () => {
    const { customerId, loginId, changeId } = await session();
    const first = await bank.service.beginChange({ loginId, changeId, phone: NEW });
    await bank.submitBoth(loginId, first.boundTo);
    const other = { loginId, changeId: `second-${randomUUID()}`, phone: '+491713920008' };
    const second = await bank.service.beginChange(other);
    await bank.submitBoth(loginId, second.boundTo);
    await bank.service.complete({ loginId, boundTo: second.boundTo });
    const join = bank.service.complete({ loginId, boundTo: first.boundTo });
    await expectRefused(join, 'STATE_CONFLICT', 'changeId');
    bank.now += DAY;
    expect(await codeGoesTo(customerId)).toBe(other.phone);
  });

  it('does not take effect when the message to the old telephone failed', async () => {
    const { customerId, loginId, changeId } = await session();
    const { boundTo } = await bank.service.beginChange({ loginId, changeId, phone: NEW });
    await bank.submitBoth(loginId, boundTo);
    bank.messageFailure = new Error('gateway');
    await expectRefused(bank.service.complete({ loginId, boundTo }), 'MESSAGE_NOT_SENT');
    bank.now += DAY;
    expect(await codeGoesTo(customerId)).toBe(OLD);
  });

  it('is the same when it is begun again, and a conflict when the content differs', async () => {
    const { loginId, changeId } = await session();
    const asked = { loginId, changeId, phone: NEW, password: 'a-new-password' };
    const first = await bank.service.beginChange(asked);
    expect(await bank.service.beginChange(asked)).toEqual(first);
    for (const other of [{ phone: OLD }, { password: 'another-password' }])
      await expectRefused(bank.service.beginChange({ ...asked, ...other }), 'IDEMPOTENCY_CONFLICT');
    await expectRefused(
      bank.service.beginChange({ loginId, changeId: 'x' }),
      'INPUT_INVALID',
      'phone',
    );
  });

  it('needs an authenticated login', async () => {
    for (const loginId of ['none', await bank.begun()]) {
      const call = bank.service.beginChange({ loginId, changeId: 'early', phone: NEW });
      await expectRefused(call, 'LOGIN_NOT_AUTHENTICATED', 'loginId');
    }
  });

  it('writes nothing to the ledger', async () => {
    const { loginId, changeId } = await session();
    const before = bank.ledger.calls.length;
    const { boundTo } = await bank.service.beginChange({ loginId, changeId, phone: NEW });
    await bank.submitBoth(loginId, boundTo);
    await bank.service.complete({ loginId, boundTo });
    await bank.idle();
    expect(bank.ledger.calls).toHaveLength(before);
  });
});

describe('a recovery at the counter', () => {
  const asked = async () => {
    const customerId = await bank.customer();
    const recovery = { customerId, changeId: `recovery-${randomUUID()}`, phone: NEW };
    await bank.as('anna').startRecovery(recovery);
    return recovery;
  };

  it('is announced to the old telephone when it is asked for, and when it waits', async () => {
    const { changeId } = await asked();
    await bank.as('berta').confirmRecovery({ changeId });
    expect(bank.messages.map(({ to }) => to)).toEqual([OLD, OLD]);
    expect(bank.messages[0]?.text).toMatch(/^Somebody asked.*ends in 009.*cancel/);
    expect(bank.messages[1]?.text).toMatch(/ends in 009 in 72 hours/);
  });

  it('needs a second person, even if the first one holds another certificate', async () => {
    const { customerId, changeId } = await asked();
    const again = bank.as('anna').confirmRecovery({ changeId });
    await expectRefused(again, 'SECOND_PERSON_NEEDED', 'changeId');
    bank.now += 30 * DAY;
    expect(await codeGoesTo(customerId)).toBe(OLD);
  });

  it('waits three days after the confirmation', async () => {
    const { customerId, changeId } = await asked();
    bank.now += 10 * DAY;
    const record = await bank.as('berta').confirmRecovery({ changeId });
    expect(record).toMatchObject({ kind: 'recovery', state: 'waiting', changes: ['phone'] });
    expect(await bank.as('berta').confirmRecovery({ changeId })).toEqual(record);
    bank.now += 3 * DAY - 1;
    expect(await codeGoesTo(customerId)).toBe(OLD);
    bank.now += 1;
    expect(await codeGoesTo(customerId)).toBe(NEW);
  });

  it.each(['asked', 'confirmed'])('that was %s can be cancelled by the customer', async (state) => {
    const { customerId, changeId } = await asked();
    if (state === 'confirmed') await bank.as('berta').confirmRecovery({ changeId });
    const loginId = await bank.authenticated(customerId);
    await bank.service.cancelChange({ loginId, changeId });
    await expectRefused(bank.as('berta').confirmRecovery({ changeId }), 'STATE_CONFLICT');
    bank.now += 4 * DAY;
    expect(await codeGoesTo(customerId)).toBe(OLD);
  });

  it('can be cancelled by the front office, and so can a change that the customer did not want', async () => {
    const { customerId, changeId } = await asked();
    await bank.as('carla').stopChange({ customerId, changeId });
    const own = await confirmed({ phone: NEW });
    await bank.as('carla').stopChange({ customerId: own.customerId, changeId: own.changeId });
    bank.now += 4 * DAY;
    expect(await codeGoesTo(customerId)).toBe(OLD);
    expect(await codeGoesTo(own.customerId)).toBe(OLD);
    const stranger = { customerId, changeId: own.changeId };
    await expectRefused(bank.service.stopChange(stranger), 'NOT_FOUND', 'changeId');
  });

  it('does not take effect before the old telephone got its message', async () => {
    const customerId = await bank.customer();
    const recovery = { customerId, changeId: `recovery-${randomUUID()}`, phone: NEW };
    bank.messageFailure = new Error('gateway');
    await expectRefused(bank.service.startRecovery(recovery), 'MESSAGE_NOT_SENT');
    const early = bank.as('berta').confirmRecovery({ changeId: recovery.changeId });
    await expectRefused(early, 'STATE_CONFLICT');
    expect(await bank.service.startRecovery(recovery)).toMatchObject({ state: 'unconfirmed' });
    expect(bank.messages.at(-1)?.to).toBe(OLD);
  });

  it("cannot be made for an unknown customer, and a teller cannot confirm a customer's change", async () => {
    const { changeId } = await confirmed({ phone: NEW });
    await expectRefused(bank.as('berta').confirmRecovery({ changeId }), 'NOT_FOUND', 'changeId');
    const unknown = { customerId: 'nobody', changeId: 'for-nobody', phone: NEW };
    await expectRefused(bank.service.startRecovery(unknown), 'CUSTOMER_UNKNOWN');
  });
});

it('stores new passwords only as hashes', async () => {
  await confirmed({ password: 'a-secret-password' });
  const rows = await bank.db.selectFrom('credential_changes').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain('a-secret-password');
});
