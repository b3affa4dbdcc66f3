// SPDX-License-Identifier: Apache-2.0
// Step-up: the customer's message and the digest for the factors come from the same terms.
import { termsDigest } from '@fabric-offline-pay/domain';
import { BankFixture, PASSWORD, termsOf } from './testing/bank-fixture.js';
import { expectRefused } from './testing/refused.js';

let bank: BankFixture;

beforeAll(async () => {
  bank = await BankFixture.open();
});

afterAll(() => bank.close());

beforeEach(() => bank.forget());

async function session() {
  const customerId = await bank.customer();
  const loginId = await bank.authenticated(customerId);
  const terms = termsOf(loginId, customerId);
  return { loginId, terms, boundTo: termsDigest(terms) };
}

it('binds both factors to one order and shows payee and amount', async () => {
  const { loginId, terms, boundTo } = await session();
  await bank.service.beginStepUp({ loginId, terms });
  expect(bank.messages.at(-1)?.text).toMatch(
    /^\d{6} confirms the payment of EUR 29\.50 to merchant-1,/,
  );
  await bank.submitBoth(loginId, boundTo);
  expect(await bank.service.complete({ loginId, boundTo })).toEqual({ authenticated: true });
  expect(bank.ledger.named('attestSms').at(-1)).toMatchObject({ loginId, boundTo });
  expect(bank.ledger.named('attestPassword').at(-1)).toMatchObject({ loginId, boundTo });
});

it.each([
  ['payee', 'corner-cafe'],
  ['amount', '350'],
  ['currency', 'EUR'],
  ['orderDigest', 'a'.repeat(64)],
])('refuses a %s beside the terms', async (field, value) => {
  const { loginId, terms } = await session();
  const input = { loginId, terms, [field]: value };
  bank.messages.length = 0;
  await expectRefused(bank.service.beginStepUp(input), 'INPUT_INVALID', 'unknown');
  expect(bank.messages).toEqual([]);
});

it('refuses terms with missing or unknown fields', async () => {
  const { loginId, terms } = await session();
  for (const field of Object.keys(terms)) {
    const rest = Object.fromEntries(Object.entries(terms).filter(([name]) => name !== field));
    const input = { loginId, terms: rest } as unknown as Parameters<
      typeof bank.service.beginStepUp
    >[0];
    await expectRefused(bank.service.beginStepUp(input), 'INPUT_INVALID', `terms.${field}`);
  }
  const beside = { ...terms, note: 'Call 0900-666' };
  await expectRefused(
    bank.service.beginStepUp({ loginId, terms: beside }),
    'INPUT_INVALID',
    'terms.unknown',
  );
});

it('refuses terms of another login or customer, and wrong sums', async () => {
  const { loginId, terms } = await session();
  const begin = (change: Partial<typeof terms>) =>
    bank.service.beginStepUp({ loginId, terms: { ...terms, ...change } });
  await expectRefused(begin({ loginId: 'another' }), 'INPUT_INVALID', 'terms.loginId');
  await expectRefused(begin({ customerId: 'another' }), 'INPUT_INVALID', 'terms.customerId');
  await expectRefused(begin({ total: '1' }), 'INPUT_INVALID');
  await expectRefused(begin({ merchantId: 'Your account is locked. Call 0900' }), 'INPUT_INVALID');
});

it('confirms only what the customer read: other terms have another digest and need their own factors', async () => {
  const { loginId, terms, boundTo } = await session();
  await bank.service.beginStepUp({ loginId, terms });
  await bank.submitBoth(loginId, boundTo);
  const elsewhere = termsDigest({ ...terms, merchantId: 'evil-shop' });
  await expectRefused(
    bank.service.complete({ loginId, boundTo: elsewhere }),
    'NOT_FOUND',
    'boundTo',
  );
  expect(bank.ledger.calls.filter(({ input }) => input['boundTo'] === elsewhere)).toEqual([]);
});

it('refuses the code of the login and of another order', async () => {
  const { loginId, terms, boundTo } = await session();
  const loginCode = bank.lastCode();
  await bank.service.beginStepUp({ loginId, terms });
  const firstCode = bank.lastCode();
  const other = { ...terms, orderNumber: 'ORD-OTHER' };
  await bank.service.beginStepUp({ loginId, terms: other });
  const toOther = termsDigest(other);
  await bank.service.submitPassword({ loginId, password: PASSWORD, boundTo: toOther });
  for (const code of [loginCode, firstCode])
    if (code !== bank.lastCode())
      await bank.service.submitCode({ loginId, code, boundTo: toOther });
  for (const bound of [toOther, boundTo])
    await expectRefused(
      bank.service.complete({ loginId, boundTo: bound }),
      'AUTHENTICATION_FAILED',
    );
  expect(bank.ledger.named('attestSms')).toHaveLength(1);
});

it('needs an authenticated login and a started step-up', async () => {
  const begun = await bank.begun();
  const terms = termsOf(begun, 'any');
  for (const loginId of [begun, 'none'])
    await expectRefused(bank.service.beginStepUp({ loginId, terms }), 'LOGIN_NOT_AUTHENTICATED');
  const { loginId, boundTo } = await session();
  const factor = { loginId, password: PASSWORD, boundTo };
  await expectRefused(bank.service.submitPassword(factor), 'NOT_FOUND', 'boundTo');
});
