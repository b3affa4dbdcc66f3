// SPDX-License-Identifier: Apache-2.0
// How much one caller may call in a window, for each kind of call and over HTTPS, without an effect on other callers.
import { request } from 'node:https';
import { Spending } from '@fabric-offline-pay/node-common/node';
import { capsSchema, type CapKind } from './caps.js';
import { BankHouse } from './testing/bank-house.js';
import { BankFixture, ENROLMENT } from './testing/bank-fixture.js';
import type { TestCertificate } from '../../common/src/testing/certificates.js';

const caps = (changes: Partial<Record<CapKind, number>>) =>
  capsSchema.parse({ windowSeconds: 10, ...changes });

const refusedAfter = (count: number, spend: () => unknown): unknown => {
  for (let round = 0; round < count; round += 1) spend();
  try {
    spend();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('the caps', () => {
  it.each(['requests', 'logins', 'codes', 'tries', 'failures'] as const)(
    'bound %s of a caller until the window is over',
    (kind) => {
      let now = 1_000_000;
      const spending = new Spending(caps({ [kind]: 3 }), () => now);
      const spend = () => spending.spend('portal', kind);
      const error = refusedAfter(3, spend);
      expect(error).toMatchObject({ code: 'TOO_MANY_REQUESTS', retryAfterSeconds: 10 });
      now += 9_001;
      expect(refusedAfter(0, spend)).toMatchObject({ retryAfterSeconds: 1 });
      expect(refusedAfter(0, () => spending.spend('app', kind))).toBeUndefined();
      now += 999;
      expect(refusedAfter(3, spend)).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    },
  );

  it('end with their window although the clock was a month ahead as it began', () => {
    const right = Date.now();
    const [clock, passing] = [jest.spyOn(Date, 'now'), jest.spyOn(performance, 'now')];
    try {
      clock.mockReturnValue(right + 30 * 86_400_000);
      passing.mockReturnValue(0);
      const spending = new Spending(caps({ requests: 1 }));
      const spend = () => spending.spend('portal', 'requests');
      expect(refusedAfter(1, spend)).toMatchObject({ retryAfterSeconds: 10 });
      clock.mockReturnValue(right + 10_000);
      passing.mockReturnValue(10_000);
      expect(refusedAfter(0, spend)).toBeUndefined();
    } finally {
      clock.mockRestore();
      passing.mockRestore();
    }
  });

  it('do not count what is taken back', () => {
    const spending = new Spending(caps({ failures: 1 }), () => 0);
    spending.spend('portal', 'failures')();
    expect(refusedAfter(1, () => spending.spend('portal', 'failures'))).toMatchObject({
      code: 'TOO_MANY_REQUESTS',
    });
  });
});

describe('the operations', () => {
  let bank: BankFixture;

  beforeAll(async () => {
    bank = await BankFixture.open();
  });

  afterAll(() => bank.close());

  it('count logins, codes and tries, for an unknown customer too', async () => {
    for (const customerId of [await bank.customer(), 'nobody-at-all']) {
      bank.spent.length = 0;
      const loginId = `counted-${customerId.slice(-12)}`;
      await bank.service.openLogin({ loginId, customerId, deviceId: 'phone' });
      await bank.service.beginAuthentication({ loginId });
      await bank.service.submitPassword({ loginId, password: 'wrong-password' });
      await bank.service.submitCode({ loginId, code: 'x' });
      await bank.service.complete({ loginId }).catch(() => undefined);
      expect(bank.spent).toEqual(['logins', 'codes', 'tries', 'tries', 'failures']);
    }
  });

  it('count messages about a change like codes', async () => {
    const loginId = await bank.authenticated();
    const change = { loginId, changeId: 'counted-change' };
    bank.spent.length = 0;
    const { boundTo } = await bank.service.beginChange({ ...change, phone: '+491713920009' });
    await bank.submitBoth(loginId, boundTo);
    await bank.service.complete({ loginId, boundTo });
    await bank.service.cancelChange(change);
    expect(bank.spent.filter((kind) => kind === 'codes')).toHaveLength(3);
  });
});

describe('the service', () => {
  let house: BankHouse;
  let portal: TestCertificate;

  beforeAll(async () => {
    house = await BankHouse.open({
      caps: { windowSeconds: 3600, requests: 40, logins: 4, codes: 3, tries: 5, failures: 2 },
    });
    portal = house.authority.issue({ commonName: 'portal', role: 'customer-channel' });
    const { missing } = await house.clientOf('teller').enrol({ ...ENROLMENT, customerId: 'c-1' });
    house.ledger.enrolCustomer('c-1', missing);
  });

  afterAll(() => house.close());

  const health = ({ cert, key }: TestCertificate) =>
    new Promise<{ status: number | undefined; after: string | undefined; text: string }>(
      (resolve, reject) => {
        const options = { ca: house.authority.root, cert, key, agent: false as const };
        request(new URL('/healthz', house.bank.url), options, (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () =>
            resolve({ status: response.statusCode, after: response.headers['retry-after'], text }),
          );
        })
          .on('error', reject)
          .end();
      },
    );

  const refused = (call: Promise<unknown>) =>
    expect(call).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });

  it('answers 429 with the seconds to wait, for each kind separately, and serves other callers', async () => {
    const client = house.clientWith(portal);
    const open = (loginId: string) => client.openLogin({ loginId, customerId: 'c-1' });
    for (const loginId of ['l1', 'l2', 'l3', 'l4']) await open(loginId);
    await refused(open('l5'));
    for (const loginId of ['l1', 'l2', 'l3']) await client.beginAuthentication({ loginId });
    await refused(client.beginAuthentication({ loginId: 'l4' }));
    for (let round = 0; round < 5; round += 1)
      await client.submitPassword({ loginId: 'l1', password: ENROLMENT.password });
    await refused(client.submitPassword({ loginId: 'l1', password: ENROLMENT.password }));
    for (const loginId of ['l1', 'l2'])
      await expect(client.complete({ loginId })).rejects.toMatchObject({
        code: 'AUTHENTICATION_FAILED',
      });
    await refused(client.complete({ loginId: 'l3' }));
    await expect(
      house.clientOf('customer-channel', 'app').openLogin({ loginId: 'l6', customerId: 'c-1' }),
    ).resolves.toEqual({ missing: [] });
    let answer = await health(portal);
    for (let round = 0; round < 40 && answer.status === 200; round += 1)
      answer = await health(portal);
    expect(answer.status).toBe(429);
    expect(Number(answer.after)).toBeGreaterThan(3000);
    const body = { code: 'TOO_MANY_REQUESTS', retryAfterSeconds: Number(answer.after) };
    expect(JSON.parse(answer.text)).toMatchObject(body);
    const again = house.authority.issue({ commonName: 'portal', role: 'customer-channel' });
    expect(await health(again)).toMatchObject({ status: 429 });
    const other = house.authority.issue({ commonName: 'night', role: 'operator' });
    expect(await health(other)).toMatchObject({ status: 200 });
  });
});
