// SPDX-License-Identifier: Apache-2.0
// Tests the service over real HTTPS with client certificates, on a free port, with a real database.
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { termsDigest } from '@fabric-offline-pay/domain';
import { readLatestCode } from '../messages/read-latest-code.js';
import { BankHouse } from '../testing/bank-house.js';
import { ADDRESS, ENROLMENT, PASSWORD, PERSONAL, termsOf } from '../testing/bank-fixture.js';
import { TestAuthority, type TestCertificate } from '../../../common/src/testing/certificates.js';
import { LIMITS } from '../testing/fake-ledger.js';
import { expectRefused } from '../testing/refused.js';
import type { BankClient } from './bank-client.js';

const enrolment = { ...ENROLMENT, customerId: 'customer-1' };

let house: BankHouse;
let channel: BankClient;
let teller: BankClient;
let node: BankClient;
let operator: BankClient;
let door: TestCertificate;

beforeAll(async () => {
  house = await BankHouse.open();
  door = house.authority.issue({ commonName: 'raw', role: 'customer-channel' });
  channel = house.clientOf('customer-channel');
  teller = house.clientOf('teller');
  node = house.clientOf('bank-node');
  operator = house.clientOf('operator');
  const { missing } = await teller.enrol(enrolment);
  house.ledger.enrolCustomer('customer-1', missing);
});

afterAll(async () => {
  const ready = join(house.folder, 'ready.json');
  expect(existsSync(ready)).toBe(true);
  await house.close();
  expect(existsSync(ready)).toBe(false);
});

const login = async (loginId: string): Promise<string> => {
  await channel.openLogin({ loginId, customerId: 'customer-1' });
  await channel.beginAuthentication({ loginId });
  return (await readLatestCode(house.outbox, { phone: PERSONAL.phone, loginId })) ?? '';
};

interface Raw {
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
  readonly type?: string;
}

const raw = ({
  method = 'POST',
  path,
  body,
  type = 'application/json',
}: Raw): Promise<{ status: number | undefined; json: unknown }> =>
  new Promise((resolve, reject) => {
    const { cert, key } = door;
    const options = {
      method,
      ca: house.authority.root,
      cert,
      key,
      agent: false as const,
      headers: { 'content-type': type },
    };
    const sent = request(new URL(path, house.bank.url), options, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () =>
        resolve({ status: response.statusCode, json: JSON.parse(text) as unknown }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });

it('says where it listens', async () => {
  expect(JSON.parse(readFileSync(join(house.folder, 'ready.json'), 'utf8'))).toEqual({
    url: house.bank.url,
    pid: process.pid,
  });
  await expect(channel.health()).resolves.toBeUndefined();
});

it('logs in a customer through all operations', async () => {
  const code = await login('login-1');
  await Promise.all([
    channel.submitPassword({ loginId: 'login-1', password: PASSWORD }),
    channel.submitCode({ loginId: 'login-1', code }),
  ]);
  expect(await channel.complete({ loginId: 'login-1' })).toEqual({
    authenticated: true,
    limits: LIMITS,
  });
  const terms = termsOf('login-1', 'customer-1');
  const boundTo = termsDigest(terms);
  await channel.beginStepUp({ loginId: 'login-1', terms });
  const query = { phone: PERSONAL.phone, loginId: 'login-1', boundTo };
  const stepUpCode = (await readLatestCode(house.outbox, query)) ?? '';
  await channel.submitCode({ loginId: 'login-1', code: stepUpCode, boundTo });
  await channel.submitPassword({ loginId: 'login-1', password: PASSWORD, boundTo });
  expect(await channel.complete({ loginId: 'login-1', boundTo })).toEqual({ authenticated: true });
  expect((await channel.listLogins({ loginId: 'login-1' }))[0]).toMatchObject({
    loginId: 'login-1',
    state: 'authenticated',
  });
});

it('answers wrong factors like right ones, with the same status and the same words', async () => {
  const failures: unknown[] = [];
  for (const [loginId, wrong] of [
    ['wrong-1', 'password'],
    ['wrong-2', 'code'],
  ] as const) {
    const code = await login(loginId);
    const other = code === '000000' ? '000001' : '000000';
    const password = wrong === 'password' ? 'wrong-password' : PASSWORD;
    expect(await channel.submitPassword({ loginId, password })).toEqual({ received: true });
    expect(await channel.submitCode({ loginId, code: wrong === 'code' ? other : code })).toEqual({
      received: true,
    });
    failures.push(await raw({ path: `/logins/${loginId}/completion`, body: '{}' }));
  }
  expect(failures[0]).toEqual(failures[1]);
  expect(failures[0]).toMatchObject({ status: 401, json: { code: 'AUTHENTICATION_FAILED' } });
});

it('offers addresses and stores purchases', async () => {
  const { addresses } = await channel.offerAddresses({ loginId: 'login-1', which: [1] });
  expect(addresses[0]?.latitude).toBe(ADDRESS.latitude);
  const line = { gtin: '4006381333931', name: 'Pencil', quantity: 2, unitPrice: '1250' };
  const purchase = {
    customerId: 'customer-1',
    merchantId: 'm',
    orderNumber: 'o',
    currency: 'EUR',
    fee: '0',
    total: '2500',
    purchasedAt: 5,
    mode: 'online' as const,
    lines: [line],
  };
  await node.recordPurchase(purchase);
  expect(await channel.listPurchases({ loginId: 'login-1' })).toEqual([purchase]);
  expect(await channel.completeProfile({ loginId: 'login-1', email: 'new@example.org' })).toEqual({
    missing: [],
  });
});

it('changes a telephone through all operations, by the customer and at the counter', async () => {
  const { loginId } = { loginId: 'login-1' };
  const asked = { loginId, changeId: 'change-1', phone: '+491713920009' };
  const { boundTo } = await channel.beginChange(asked);
  const query = { phone: PERSONAL.phone, loginId, boundTo };
  const code = (await readLatestCode(house.outbox, query)) ?? '';
  await channel.submitCode({ loginId, code, boundTo });
  await channel.submitPassword({ loginId, password: PASSWORD, boundTo });
  const { effectiveAt } = await channel.complete({ loginId, boundTo });
  expect(effectiveAt).toBeGreaterThan(Date.now() / 1000 + 86_000);
  await channel.cancelChange({ loginId, changeId: 'change-1' });
  const recovery = { customerId: 'customer-1', changeId: 'change-2', phone: '+491713920009' };
  await teller.startRecovery(recovery);
  const sameHolder = house.clientOf('teller');
  await expectRefused(sameHolder.confirmRecovery({ changeId: 'change-2' }), 'SECOND_PERSON_NEEDED');
  await house.clientOf('teller', 'berta').confirmRecovery({ changeId: 'change-2' });
  await teller.stopChange({ customerId: 'customer-1', changeId: 'change-2' });
  const changes = await channel.listChanges({ loginId });
  expect(changes.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
});

it('shows the operator the audit of tries', async () => {
  await login('audited');
  await channel.submitPassword({ loginId: 'audited', password: 'wrong-password' });
  const attempts = [
    {
      factor: 'password',
      boundTo: 'login',
      at: expect.any(Number) as number,
      result: 'PASSWORD_WRONG',
    },
  ];
  expect(await operator.attempts({ loginId: 'audited' })).toEqual(attempts);
});

it.each([
  { commonName: 'x\nrole=operator', role: 'teller' },
  { commonName: JSON.stringify({ attrs: { role: 'operator' } }), role: 'teller' },
])('does not recognise an operator by its name: %j', async (subject) => {
  const posing = house.clientWith(house.authority.issue(subject));
  await expectRefused(posing.attempts({ loginId: 'audited' }), 'ACCESS_DENIED');
});

it("refuses a client without a certificate of the bank's CA", async () => {
  const other = new TestAuthority('bank ca');
  await expectRefused(
    house.clientWith(other.issue({ commonName: 'portal', role: 'operator' })).health(),
    'SERVICE_UNREACHABLE',
  );
  await expectRefused(house.clientWith({ cert: '', key: '' }).health(), 'SERVICE_UNREACHABLE');
});

it('speaks only TLS 1.3', async () => {
  const { hostname: host, port } = new URL(house.bank.url);
  const { cert, key } = door;
  const socket = connectTls({
    host,
    port: Number(port),
    ca: house.authority.root,
    cert,
    key,
    maxVersion: 'TLSv1.2',
  });
  const connected = once(socket, 'secureConnect').finally(() => socket.destroy());
  await expect(connected).rejects.toMatchObject({
    code: expect.stringContaining('ALERT_PROTOCOL_VERSION') as string,
  });
});

it('has a client that refuses an unknown server', async () => {
  const { root } = new TestAuthority('other');
  await expectRefused(house.clientWith(door, root).health(), 'SERVICE_UNREACHABLE');
});

it.each([
  ['no JSON', { path: '/logins', body: '{' }, 400, 'INPUT_INVALID', 'body'],
  [
    'no such media type',
    { path: '/logins', body: 'x', type: 'text/plain' },
    400,
    'INPUT_INVALID',
    'body',
  ],
  ['a list', { path: '/logins', body: '[1]' }, 400, 'INPUT_INVALID', undefined],
  [
    'an unknown field',
    { path: '/logins', body: '{"loginId":"x","customerId":"y","z":1}' },
    400,
    'INPUT_INVALID',
    'unknown',
  ],
  [
    'too large a body',
    { path: '/logins', body: `"${'x'.repeat(5000)}"` },
    413,
    'REQUEST_TOO_LARGE',
    undefined,
  ],
  ['an unknown path', { path: '/nowhere', body: '{}' }, 404, 'NOT_FOUND', 'path'],
  [
    'an unknown login',
    { path: '/logins/none/code', body: '{"code":"1"}' },
    409,
    'STATE_CONFLICT',
    'loginId',
  ],
  [
    "another login's id in the body",
    { path: '/logins/none/completion', body: '{"loginId":"login-1"}' },
    400,
    'INPUT_INVALID',
    'unknown',
  ],
  [
    "another login's id in the query",
    { method: 'GET', path: '/logins/none/logins?loginId=login-1' },
    400,
    'INPUT_INVALID',
    'unknown',
  ],
])('refuses %s', async (_what, call, status, code, field) => {
  const answer = await raw(call);
  expect(answer).toMatchObject({ status, json: { code, ...(field !== undefined && { field }) } });
  expect(Object.keys(answer.json as object)).toEqual(
    expect.arrayContaining(['code', 'message', 'remedy']),
  );
});

it('says that the ledger does not answer, and continues when it is back', async () => {
  house.ledger.failOnce('verifyIdentity', new Error(`secret ${PERSONAL.phone}`));
  await expectRefused(
    channel.openLogin({ loginId: 'away', customerId: 'customer-1' }),
    'LEDGER_UNAVAILABLE',
  );
  expect(await channel.openLogin({ loginId: 'away', customerId: 'customer-1' })).toEqual({
    missing: [],
  });
});

it("passes on the ledger's refusals with their codes", async () => {
  house.ledger.refuseOnce('verifyIdentity', 'CLOCK_SKEW');
  await expectRefused(
    channel.openLogin({ loginId: 'skewed', customerId: 'customer-1' }),
    'CLOCK_SKEW',
  );
});

it('logs routes, but no personal data, passwords, codes or ids of paths', () => {
  const log = house.logged.join('');
  expect(log).toContain('"route":"/logins/:loginId/password"');
  expect(log).toContain('"code":"LEDGER_UNAVAILABLE"');
  for (const value of [
    ...Object.values(PERSONAL),
    PASSWORD,
    'wrong-password',
    'new@example.org',
    'customer-1',
    '53564864',
  ])
    expect(log).not.toContain(value);
  expect(log).not.toMatch(/[^\d]\d{6}[^\d]/);
});
