// SPDX-License-Identifier: Apache-2.0
// The service over real HTTPS with client certificates, on a free port, with a real database.
import { mkdtempSync, readFileSync, rmSync, existsSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { readConfig } from '../config.js';
import { readLatestCode } from '../messages/read-latest-code.js';
import { startBank, type RunningBank } from '../start-bank.js';
import { ADDRESS, ENROLMENT, PASSWORD, PERSONAL } from '../testing/bank-fixture.js';
import { TestAuthority, type TestCertificate } from '../testing/certificates.js';
import { FakeLedger, LIMITS } from '../testing/fake-ledger.js';
import { WorkerEngine } from '../testing/worker-engine.js';
import { BankClient } from './bank-client.js';

const authority = new TestAuthority('bank ca');
const enrolment = { ...ENROLMENT, customerId: 'customer-1' };

let folder: string;
let outbox: string;
let bank: RunningBank;
let ledger: FakeLedger;
const logged: string[] = [];
const clients: BankClient[] = [];

const clientWith = ({ cert, key }: TestCertificate, root = authority.root): BankClient => {
  const client = new BankClient({ url: bank.url, root, cert, key, timeoutMs: 20_000 });
  clients.push(client);
  return client;
};

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return name;
};

function config() {
  const server = authority.issue({ commonName: 'bank-authentication' });
  const unused = write('unused.pem', '');
  const file = {
    databaseFolder: 'db',
    keyFile: 'code.key',
    outboxFolder: 'outbox',
    readyFile: 'ready.json',
    tls: {
      cert: write('cert.pem', server.cert),
      key: write('key.pem', server.key),
      clientRoots: [write('root.pem', authority.root)],
    },
    operatorNames: ['night-operator'],
    ledger: {
      address: 'x',
      tlsRoot: unused,
      mspId: 'BankMSP',
      certificate: unused,
      privateKey: unused,
      channel: 'c',
      chaincode: 'c',
      organisations: {},
    },
  };
  return readConfig(join(folder, write('config.json', JSON.stringify(file))), {
    OFFPAY_BANK_CODE_SECONDS: '60',
  });
}

let member: BankClient;
let operator: BankClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bank-http-'));
  outbox = join(folder, 'outbox');
  ledger = new FakeLedger();
  const logger = pino({ level: 'debug' }, { write: (line: string) => logged.push(line) });
  bank = await startBank(config(), { ledger, logger, engine: new WorkerEngine() });
  member = clientWith(authority.issue({ commonName: 'portal', role: 'auth-service' }));
  operator = clientWith(authority.issue({ commonName: 'anybody', role: 'operator' }));
  const { missing } = await member.enrol(enrolment);
  ledger.enrolCustomer('customer-1', missing);
});

afterAll(async () => {
  for (const client of clients) client.close();
  await bank.close();
  expect(existsSync(join(folder, 'ready.json'))).toBe(false);
  rmSync(folder, { recursive: true });
});

const refused = (call: Promise<unknown>, code: string, field?: string) =>
  expect(call).rejects.toMatchObject({ code, ...(field !== undefined && { field }) });

const login = async (loginId: string): Promise<string> => {
  await member.openLogin({ loginId, customerId: 'customer-1' });
  await member.beginAuthentication({ loginId });
  return (await readLatestCode(outbox, { phone: PERSONAL.phone, loginId })) ?? '';
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
    const { cert, key } = authority.issue({ commonName: 'raw' });
    const options = {
      method,
      ca: authority.root,
      cert,
      key,
      agent: false as const,
      headers: { 'content-type': type },
    };
    const sent = request(new URL(path, bank.url), options, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () =>
        resolve({ status: response.statusCode, json: JSON.parse(text) as unknown }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });

it('says where it answers', async () => {
  expect(JSON.parse(readFileSync(join(folder, 'ready.json'), 'utf8'))).toEqual({
    url: bank.url,
    pid: process.pid,
  });
  await expect(member.health()).resolves.toBeUndefined();
});

it('logs a customer in through all operations', async () => {
  const code = await login('login-1');
  await Promise.all([
    member.submitPassword({ loginId: 'login-1', password: PASSWORD }),
    member.submitCode({ loginId: 'login-1', code }),
  ]);
  expect(await member.complete({ loginId: 'login-1' })).toEqual({
    authenticated: true,
    limits: LIMITS,
  });
  const orderDigest = 'a'.repeat(64);
  await member.beginStepUp({
    loginId: 'login-1',
    orderDigest,
    payee: 'merchant-1',
    amount: '5',
    currency: 'EUR',
  });
  const query = { phone: PERSONAL.phone, loginId: 'login-1', boundTo: orderDigest };
  await member.submitCode({
    loginId: 'login-1',
    code: (await readLatestCode(outbox, query)) ?? '',
    boundTo: orderDigest,
  });
  await member.submitPassword({ loginId: 'login-1', password: PASSWORD, boundTo: orderDigest });
  expect(await member.complete({ loginId: 'login-1', boundTo: orderDigest })).toEqual({
    authenticated: true,
  });
  expect((await member.listLogins({ customerId: 'customer-1' }))[0]).toMatchObject({
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
    expect(await member.submitPassword({ loginId, password })).toEqual({ received: true });
    expect(await member.submitCode({ loginId, code: wrong === 'code' ? other : code })).toEqual({
      received: true,
    });
    failures.push(await raw({ path: `/logins/${loginId}/completion`, body: '{}' }));
  }
  expect(failures[0]).toEqual(failures[1]);
  expect(failures[0]).toMatchObject({ status: 401, json: { code: 'AUTHENTICATION_FAILED' } });
});

it('offers addresses and keeps purchases', async () => {
  const { addresses } = await member.offerAddresses({ customerId: 'customer-1', which: [1] });
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
  await member.recordPurchase(purchase);
  expect(await member.listPurchases({ customerId: 'customer-1' })).toEqual([purchase]);
  expect(
    await member.updateProfile({ customerId: 'customer-1', email: 'new@example.org' }),
  ).toEqual({ missing: [] });
});

it("shows the audit of tries to the bank's operator only", async () => {
  await login('audited');
  await member.submitPassword({ loginId: 'audited', password: 'wrong-password' });
  await refused(member.attempts({ loginId: 'audited' }), 'ACCESS_DENIED');
  const attempts = [
    {
      factor: 'password',
      boundTo: 'login',
      at: expect.any(Number) as number,
      result: 'PASSWORD_WRONG',
    },
  ];
  expect(await operator.attempts({ loginId: 'audited' })).toEqual(attempts);
  const listed = clientWith(authority.issue({ commonName: 'night-operator' }));
  expect(await listed.attempts({ loginId: 'audited' })).toEqual(attempts);
});

it.each([
  { commonName: 'operator' },
  { commonName: 'x\nCN=night-operator' },
  { commonName: 'night-operator, CN=x' },
  { commonName: JSON.stringify({ attrs: { role: 'operator' } }), role: 'teller' },
])('takes nobody else for the operator: %j', async (subject) => {
  await refused(
    clientWith(authority.issue(subject)).attempts({ loginId: 'audited' }),
    'ACCESS_DENIED',
  );
});

it("lets nobody in without a certificate of the bank's CA", async () => {
  const other = new TestAuthority('bank ca');
  await refused(
    clientWith(other.issue({ commonName: 'portal', role: 'operator' })).health(),
    'SERVICE_UNREACHABLE',
  );
  const without = new BankClient({ url: bank.url, root: authority.root, cert: '', key: '' });
  clients.push(without);
  await refused(without.health(), 'SERVICE_UNREACHABLE');
});

it('speaks to no server that the client does not know', async () => {
  const stranger = clientWith(
    authority.issue({ commonName: 'portal' }),
    new TestAuthority('other').root,
  );
  await refused(stranger.health(), 'SERVICE_UNREACHABLE');
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
    404,
    'NOT_FOUND',
    'loginId',
  ],
  [
    'a customer id beside the one of the path',
    { method: 'PATCH', path: '/customers/none', body: '{"customerId":"customer-1"}' },
    404,
    'CUSTOMER_UNKNOWN',
    undefined,
  ],
])('refuses %s', async (_what, call, status, code, field) => {
  const answer = await raw(call);
  expect(answer).toMatchObject({ status, json: { code, ...(field !== undefined && { field }) } });
  expect(Object.keys(answer.json as object)).toEqual(
    expect.arrayContaining(['code', 'message', 'remedy']),
  );
});

it('says that the ledger is away, and goes on when it is back', async () => {
  ledger.failOnce('verifyIdentity', new Error(`secret ${PERSONAL.phone}`));
  await refused(
    member.openLogin({ loginId: 'away', customerId: 'customer-1' }),
    'LEDGER_UNAVAILABLE',
  );
  expect(await member.openLogin({ loginId: 'away', customerId: 'customer-1' })).toEqual({
    missing: [],
  });
});

it("passes the ledger's refusals on by their code", async () => {
  ledger.refuseOnce('verifyIdentity', 'CUSTOMER_BLOCKED');
  await refused(
    member.openLogin({ loginId: 'blocked', customerId: 'customer-1' }),
    'CUSTOMER_BLOCKED',
  );
});

it('logs routes and no personal data, passwords, codes or ids of paths', () => {
  const log = logged.join('');
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
