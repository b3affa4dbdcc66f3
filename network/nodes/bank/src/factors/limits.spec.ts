// SPDX-License-Identifier: Apache-2.0
// Tries each limit on guessing with a real database.
import { limitsSchema } from '../limits.js';
import { BankFixture, PASSWORD } from '../testing/bank-fixture.js';

let bank: BankFixture;

beforeAll(async () => {
  bank = await BankFixture.open();
});

afterAll(() => bank.close());

beforeEach(() => bank.forget());

const code = (loginId: string, typed: string) => bank.service.submitCode({ loginId, code: typed });

const password = (loginId: string, typed: string) =>
  bank.service.submitPassword({ loginId, password: typed });

const times = async (count: number, call: () => Promise<unknown>) => {
  for (let index = 0; index < count; index += 1) await call();
};

const attested = (loginId: string) =>
  bank.ledger.calls.filter(
    ({ name, input }) => name.startsWith('attest') && input['loginId'] === loginId,
  ).length;

it('accepts a code until the last millisecond of its life, not longer', async () => {
  const [late, last] = [await bank.begun(), await bank.begun()];
  const lastCode = bank.lastCode();
  const lateCode = bank.messages.at(-2)?.text.slice(0, 6) ?? '';
  bank.now += 180_000 - 1;
  await code(last, lastCode);
  bank.now += 1;
  await code(late, lateCode);
  expect(await bank.results(last)).toEqual(['PASSED']);
  expect(await bank.results(late)).toEqual(['CODE_EXPIRED']);
  expect(attested(late)).toBe(0);
});

it('says when the code expires, in seconds', async () => {
  const customerId = await bank.customer();
  await bank.service.openLogin({ loginId: 'expiry', customerId });
  const sent = await bank.service.beginAuthentication({ loginId: 'expiry' });
  expect(sent).toMatchObject({ codeExpiresAt: Math.floor(bank.now / 1000) + 180 });
});

it('accepts a code once', async () => {
  const loginId = await bank.begun();
  const typed = bank.lastCode();
  await Promise.all([code(loginId, typed), code(loginId, typed), code(loginId, typed)]);
  expect(await bank.results(loginId)).toEqual(['PASSED', 'CODE_EXHAUSTED', 'CODE_EXHAUSTED']);
  await bank.idle();
  expect(attested(loginId)).toBe(1);
});

it('refuses a code of another login of the same customer', async () => {
  const customerId = await bank.customer();
  const first = await bank.begun(customerId);
  const firstCode = bank.lastCode();
  await bank.begun(customerId);
  if (bank.lastCode() === firstCode) return;
  await code(first, bank.lastCode());
  await code(first, firstCode);
  expect(await bank.results(first)).toEqual(['CODE_WRONG', 'PASSED']);
});

it('voids a code after five wrong tries', async () => {
  const loginId = await bank.begun();
  const wrong = bank.wrongCode();
  await times(5, () => code(loginId, wrong));
  await code(loginId, bank.lastCode());
  expect(await bank.results(loginId)).toEqual([
    ...Array<string>(5).fill('CODE_WRONG'),
    'CODE_EXHAUSTED',
  ]);
});

it('accepts the right code on the fifth try', async () => {
  const loginId = await bank.begun();
  const wrong = bank.wrongCode();
  await times(4, () => code(loginId, wrong));
  await code(loginId, bank.lastCode());
  expect((await bank.results(loginId)).at(-1)).toBe('PASSED');
});

it('counts parallel wrong tries', async () => {
  const loginId = await bank.begun();
  const wrong = bank.wrongCode();
  await Promise.all(Array.from({ length: 8 }, () => code(loginId, wrong)));
  const results = await bank.results(loginId);
  expect(results.filter((result) => result === 'CODE_WRONG')).toHaveLength(5);
  expect(results.filter((result) => result === 'CODE_EXHAUSTED')).toHaveLength(3);
});

it('replaces the older code by the newer', async () => {
  const loginId = await bank.begun();
  const older = bank.lastCode();
  await bank.service.beginAuthentication({ loginId, resend: true });
  const newer = bank.lastCode();
  if (newer !== older) await code(loginId, older);
  await code(loginId, newer);
  expect((await bank.results(loginId)).at(-1)).toBe('PASSED');
  if (newer !== older) expect(await bank.results(loginId)).toEqual(['CODE_WRONG', 'PASSED']);
});

it('sends no new code while one is valid, and a new one when it has expired or was used up', async () => {
  const loginId = await bank.begun();
  const sent = bank.messages.length;
  await bank.service.beginAuthentication({ loginId });
  expect(bank.messages).toHaveLength(sent);
  bank.now += 180_000;
  await bank.service.beginAuthentication({ loginId });
  expect(bank.messages).toHaveLength(sent + 1);
  const wrong = bank.wrongCode();
  await times(5, () => code(loginId, wrong));
  await bank.service.beginAuthentication({ loginId });
  expect(bank.messages).toHaveLength(sent + 2);
  await code(loginId, bank.lastCode());
  await bank.service.beginAuthentication({ loginId });
  expect(bank.messages).toHaveLength(sent + 2);
});

it("locks a customer's password after ten wrong tries in all logins, until these are 15 minutes old", async () => {
  const customerId = await bank.customer();
  const [first, second] = [await bank.begun(customerId), await bank.begun(customerId)];
  await times(5, () => password(first, 'wrong-password'));
  await times(5, () => password(second, 'wrong-password'));
  await password(second, PASSWORD);
  expect((await bank.results(second)).at(-1)).toBe('LOCKED');
  expect(attested(second)).toBe(0);
  bank.now += 900_000;
  await password(second, PASSWORD);
  expect((await bank.results(second)).at(-1)).toBe('PASSED');
});

it('locks the password after parallel guesses', async () => {
  const loginId = await bank.begun();
  await Promise.all(Array.from({ length: 14 }, () => password(loginId, 'wrong-password')));
  const results = await bank.results(loginId);
  expect(results.filter((result) => result === 'PASSWORD_WRONG')).toHaveLength(10);
  expect(results.filter((result) => result === 'LOCKED')).toHaveLength(4);
});

it('locks codes after ten wrong tries of any codes, but not the password or other customers', async () => {
  const customerId = await bank.customer();
  const loginId = await bank.begun(customerId);
  for (let round = 0; round < 2; round += 1) {
    const wrong = bank.wrongCode();
    await times(5, () => code(loginId, wrong));
    await bank.service.beginAuthentication({ loginId });
  }
  await code(loginId, bank.lastCode());
  expect((await bank.results(loginId)).at(-1)).toBe('LOCKED');
  await password(loginId, PASSWORD);
  expect((await bank.results(loginId)).at(-1)).toBe('PASSED');
  const other = await bank.begun();
  await code(other, bank.lastCode());
  expect(await bank.results(other)).toEqual(['PASSED']);
});

it('does not forget wrong passwords after a right one', async () => {
  const loginId = await bank.begun();
  await times(9, () => password(loginId, 'wrong-password'));
  await password(loginId, PASSWORD);
  await password(loginId, 'wrong-password');
  await password(loginId, PASSWORD);
  expect((await bank.results(loginId)).slice(-3)).toEqual(['PASSED', 'PASSWORD_WRONG', 'LOCKED']);
});

it('answers the same while locked', async () => {
  const loginId = await bank.begun();
  const before = await password(loginId, 'wrong-password');
  await times(10, () => password(loginId, 'wrong-password'));
  expect(await password(loginId, PASSWORD)).toEqual(before);
});

it('stops sending after ten unused codes', async () => {
  const customerId = await bank.customer();
  const loginId = await bank.begun(customerId);
  await times(9, () => bank.service.beginAuthentication({ loginId, resend: true }));
  const again = bank.service.beginAuthentication({ loginId, resend: true });
  await expect(again).rejects.toMatchObject({ code: 'TOO_MANY_CODES' });
  bank.now += 900_000;
  await expect(bank.service.beginAuthentication({ loginId })).resolves.toBeDefined();
});

it('stores neither codes nor passwords', async () => {
  const loginId = await bank.begun();
  const codes = await bank.db
    .selectFrom('codes')
    .selectAll()
    .where('login_id', '=', loginId)
    .execute();
  const customers = await bank.db.selectFrom('customers').selectAll().execute();
  expect(codes).toHaveLength(1);
  for (const row of codes) expect(Object.values(row).map(String)).not.toContain(bank.lastCode());
  for (const row of customers) {
    expect(row.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(JSON.stringify(row)).not.toContain(PASSWORD);
  }
});

it.each([
  { codeSeconds: 181 },
  { codeTries: 6 },
  { codeDigits: 5 },
  { wrongTries: 11 },
  { unusedCodes: 51 },
  { windowSeconds: 59 },
  { sessionSeconds: 86_401 },
  { changeWaitSeconds: 3_599 },
  { recoveryWaitSeconds: 86_399 },
])('refuses settings that are laxer than documented: %j', (laxer) => {
  expect(limitsSchema.safeParse(laxer).success).toBe(false);
});
