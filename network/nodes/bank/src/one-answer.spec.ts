// SPDX-License-Identifier: Apache-2.0
// Nobody learns who is a customer. From opening a login to its join, unknown and blocked persons get the same answers as a customer.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { codeReference } from './messages/code-reference.js';
import { Pace } from './pace.js';
import * as passwords from './secrets/password.js';
import { ADDRESS, BankFixture, PASSWORD } from './testing/bank-fixture.js';

let bank: BankFixture;

beforeAll(async () => {
  bank = await BankFixture.open();
});

afterAll(() => bank.close());

beforeEach(() => bank.forget());

/** A reference follows from the login's id and the bank's key, whoever the customer is: here it says whether it is that. */
const withoutReference = (answer: object, loginId: string): object =>
  'reference' in answer
    ? {
        ...answer,
        reference: answer.reference === codeReference(bank.context.key, loginId, 'login'),
      }
    : answer;

const told = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (answer) => answer,
    (error: unknown) => JSON.stringify(error),
  );

/** More tries of each factor than are allowed. */
const ROUNDS = 12;

/** All answers to a stranger who knows a customer's id, but neither password nor telephone. */
async function guess(customerId: string, loginId = `guess-${randomUUID()}`): Promise<unknown[]> {
  const { service } = bank;
  const password = { loginId, password: 'wrong-password' };
  const code = { loginId, code: 'abcdef' };
  const profile = { loginId, email: 'x@example.org', addresses: [ADDRESS] };
  const digest = '0'.repeat(64);
  const answers: unknown[] = [];
  const ask = async (call: Promise<object>) =>
    answers.push(await told(call.then((answer) => withoutReference(answer, loginId))));
  await ask(service.openLogin({ loginId, customerId, deviceId: 'phone' }));
  await ask(service.openLogin({ loginId, customerId, deviceId: 'phone' }));
  await ask(service.openLogin({ loginId, customerId: 'another', deviceId: 'phone' }));
  await ask(service.completeProfile(profile));
  await ask(service.offerAddresses({ loginId }));
  await ask(service.submitPassword(password));
  await ask(service.beginAuthentication({ loginId }));
  await ask(service.beginAuthentication({ loginId }));
  await ask(service.beginAuthentication({ loginId, resend: true }));
  for (let round = 0; round < ROUNDS; round += 1) {
    await ask(service.submitPassword(password));
    await ask(service.submitCode(code));
  }
  await ask(service.submitPassword({ ...password, boundTo: digest }));
  for (let round = 0; round < 11; round += 1)
    await ask(service.beginAuthentication({ loginId, resend: true }));
  await ask(service.complete({ loginId, boundTo: digest }));
  await ask(service.complete({ loginId }));
  await ask(service.complete({ loginId }));
  await ask(service.submitPassword(password));
  await ask(service.beginAuthentication({ loginId }));
  await ask(service.listPurchases({ loginId }));
  return answers;
}

const barred = async (): Promise<string> => {
  bank.ledger.refuseOnce('verifyIdentity', 'CUSTOMER_BLOCKED');
  return bank.customer();
};

it('gives a stranger the same answers for an unknown or blocked customer, or one not yet on the ledger', async () => {
  const expected = await guess(await bank.customer());
  expect(expected[0]).toEqual({ missing: [] });
  expect(
    expected.filter((answer) => String(answer).includes('AUTHENTICATION_FAILED')),
  ).toHaveLength(2);
  expect(String(expected)).toContain('TOO_MANY_CODES');
  expect(expected).toContainEqual(expect.objectContaining({ reference: true }));
  expect(expected).not.toContainEqual(expect.objectContaining({ reference: false }));
  expect(await guess('nobody-at-all')).toEqual(expected);
  expect(await guess(await barred())).toEqual(expected);
  const early = `early-${randomUUID()}`;
  await bank.service.enrol({ customerId: early, password: PASSWORD, deviceId: 'phone' });
  expect(await guess(early)).toEqual(expected);
});

it('gives the same answers for a customer without a device', async () => {
  const customerId = await bank.customer({ deviceId: null });
  bank.ledger.refuseOnce('verifyIdentity', 'DEVICE_UNKNOWN');
  const open = (id: string) =>
    told(bank.service.openLogin({ loginId: `none-${randomUUID()}`, customerId: id }));
  expect(await open(customerId)).toEqual(await open('nobody-at-all'));
});

it('calls neither ledger nor telephone for an unknown customer, but takes as long', async () => {
  await guess('nobody-else');
  expect(bank.ledger.calls).toEqual([]);
  expect(bank.messages).toEqual([]);
  // Two openings, a beginning, ten sendings, a join, and each wrong factor.
  expect(bank.pretended).toHaveLength(14 + 2 * ROUNDS);
  const customerId = await bank.customer();
  bank.forget();
  await guess(customerId);
  expect(bank.pretended).toHaveLength(2 * ROUNDS);
});

it("hashes a password of an unknown customer like a customer's", async () => {
  const hashing = jest.spyOn(passwords, 'isPassword');
  const hashed: number[] = [];
  for (const customerId of [await bank.customer(), 'nobody-to-hash-for']) {
    const loginId = await bank.begun(customerId);
    hashing.mockClear();
    await bank.service.submitPassword({ loginId, password: 'wrong-password' });
    hashed.push(hashing.mock.calls.length);
  }
  hashing.mockRestore();
  expect(hashed).toEqual([1, 1]);
});

it.each([
  ['a customer', () => bank.customer()],
  ['somebody unknown', () => Promise.resolve('nobody-to-wait-for')],
])('joins wrong factors of %s not sooner than right ones are attested', async (_, who) => {
  const loginId = await bank.begun(await who());
  let letGo = (): void => undefined;
  bank.pretending = new Promise((resolve) => (letGo = resolve));
  await bank.service.submitCode({ loginId, code: bank.wrongCode() });
  bank.pretending = undefined;
  let isJoined = false;
  const joined = told(bank.service.complete({ loginId })).finally(() => (isJoined = true));
  await bank.judged(loginId);
  const early = [isJoined, bank.ledger.named('failAuthentication')];
  letGo();
  expect(early).toEqual([false, []]);
  expect(await joined).toContain('AUTHENTICATION_FAILED');
});

it('tells the reason only to a caller who passed both factors', async () => {
  const customerId = await barred();
  const loginId = await bank.begun(customerId);
  await bank.submitBoth(loginId);
  for (let round = 0; round < 2; round += 1)
    await expect(bank.service.complete({ loginId })).rejects.toMatchObject({
      code: 'CUSTOMER_BLOCKED',
    });
  expect(bank.ledger.calls.map(({ name }) => name)).not.toContain('attestSms');
  expect(bank.ledger.calls.map(({ name }) => name)).not.toContain('completeAuthentication');
});

it('enrols a customer for whom a login was tried before the bank knew them', async () => {
  const customerId = `later-${randomUUID()}`;
  await guess(customerId);
  await bank.customer({ customerId });
  bank.now += 900_000;
  await expect(bank.authenticated(customerId)).resolves.toBeDefined();
});

describe('the pace of pretended steps', () => {
  const timed = () => {
    let now = 0;
    const slept: number[] = [];
    const sleep = (milliseconds: number) => Promise.resolve(slept.push(milliseconds));
    const pace = new Pace({ now: () => now, sleep });
    const take = (milliseconds: number) => () => {
      now += milliseconds;
      return delay(0);
    };
    return { pace, slept, take, wait: (milliseconds: number) => (now += milliseconds) };
  };

  it('is the time of one of the last real steps of this kind, less the time that has passed', async () => {
    const { pace, slept, take, wait } = timed();
    for (const milliseconds of [700, 720]) await pace.real('open', take(milliseconds));
    await pace.real('begin', take(90));
    const began = pace.now();
    wait(200);
    await pace.pretend('open', began);
    expect([500, 520]).toContain(slept[0]);
    await pace.pretend('begin');
    expect(slept[1]).toBe(90);
  });

  it('forgets old steps, ignores failed ones, and never waits a negative time', async () => {
    const { pace, slept, take, wait } = timed();
    await pace.real('fail', take(1));
    const failing = async () => {
      await take(5)();
      throw new Error('ledger');
    };
    await expect(pace.real('fail', failing)).rejects.toThrow('ledger');
    for (let step = 0; step < 64; step += 1) await pace.real('fail', take(30));
    const began = pace.now();
    await pace.pretend('fail');
    wait(100);
    await pace.pretend('fail', began);
    expect(slept).toEqual([30, 0]);
  });
});
