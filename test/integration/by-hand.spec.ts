// SPDX-License-Identifier: Apache-2.0
// Transactions and queries by hand, through the real command line, on a real network.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { networkStatus } from '@fabric-offline-pay/operate';
import { BANK, LOGISTICS, MERCHANT } from '@fabric-offline-pay/testing';
import { offpay, PROGRAM, type Ended } from '../support/command-line.js';
import { defined } from '../support/defined.js';
import { eventually } from '../support/eventually.js';
import { networkWorld, type NetworkWorld } from '../support/network-world.js';

let network: NetworkWorld;

beforeAll(async () => {
  network = await networkWorld();
}, 300_000);
afterAll(() => network.end(), 60_000);

const byHand = (...words: string[]): Promise<Ended> => offpay([...words, '--home', network.home]);

async function json(...words: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await byHand(...words, '--json');
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${String(code)}\n${stderr}`);
  return JSON.parse(stdout);
}

test('a customer is enrolled and given money, field by field', async () => {
  const customer = ['--customer-id', 'customer-by-hand'];
  const enrolled = await json(
    ...['identity', 'enrol-customer', ...customer],
    ...['--bank-id', BANK, '--missing', '[]'],
  );
  expect(enrolled).toMatchObject({ result: { replayed: false }, attempts: 1 });
  expect(enrolled).toHaveProperty('transactionId', expect.stringMatching(/^[0-9a-f]{64}$/));
  expect(enrolled).toHaveProperty('blockNumber', expect.stringMatching(/^[1-9][0-9]*$/));
  const linked = ['--token', 'tok-by-hand'];
  await json('settlement', 'link-instrument', ...customer, ...linked, '--kind', 'card');
  const issue = [
    ...['settlement', 'issue', ...customer, ...linked],
    ...['--issue-id', 'issue-by-hand', '--currency', 'EUR', '--amount', '5000'],
  ];
  expect(await json(...issue)).toMatchObject({ result: { replayed: false } });
  expect(await json(...issue)).toMatchObject({ result: { replayed: true } });
  const account = await byHand('settlement', 'readAccount', ...customer, '--currency', 'EUR');
  expect(account.stdout).toMatch(/^available +5000$/m);
});

test('a basket is quoted, out of a file, an option that overrides it, and private input', async () => {
  const { world } = network;
  const device = await world.customer('customer-1');
  const purchase = world.purchase(device, await world.login(device), { orderNumber: 'ORD-1' });
  const { basket, logisticsStatement: statement, addresses } = purchase;
  const file = join(network.home, 'quote.json');
  writeFileSync(file, JSON.stringify({ basket, statement: { ...statement, waybill: 'none' } }));
  const quoted = await json(
    ...['express', 'quote', '--input', `@${file}`],
    ...['--statement', JSON.stringify(statement), '--private', JSON.stringify(addresses)],
  );
  const { dispatcher } = await world.parties();
  const content = { basket, statement };
  const again = await dispatcher.express.quote(content, { transient: { ...addresses } });
  expect(again.result).toMatchObject({ replayed: true });
  const { offers } = again.result;
  expect(quoted).toMatchObject({ result: { replayed: false, offers } });
});

test('a query goes to the peer of the named organisation', async () => {
  const asked = { merchantId: MERCHANT, orderNumber: 'ORD-1', logisticsId: LOGISTICS };
  const words = ['logistics', 'read-quote', '--input', JSON.stringify(asked)];
  const { cashier } = await network.world.parties();
  const quote = await cashier.logistics.readQuote(asked);
  for (const org of ['bank', 'merchant', 'logistics'])
    expect(await json(...words, '--org', org)).toEqual(quote);
});

test('a merchant is chosen by the order that is named, and refused where it has no part', async () => {
  const words = ['goods', 'withdraw-goods', '--merchant-id', 'merchant-9', '--gtin'];
  const { code, stdout, stderr } = await byHand(...words, '4006381333931');
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('NOT_OWNER');
});

test.each([
  [['--org', 'merchant'], 'ACCESS_DENIED'],
  [[], 'NOT_FOUND'],
])('a refusal with %j prints code, details and remedy: %s', async (more, refusal) => {
  const order = ['--merchant-id', MERCHANT, '--order-number', 'none'];
  const { code, stderr } = await byHand('settlement', 'release', ...order, ...more);
  expect(code).toBe(1);
  expect(stderr).toMatch(new RegExp(`^${refusal}: .+\n {2}\\{.+\\}\n {2}.+`));
});

describe('Ctrl-C while the ordering service is silent', () => {
  const orderers = (): number[] =>
    networkStatus(network.home).nodes.flatMap(({ name, pid }) =>
      name.endsWith('orderer') && pid !== undefined ? [pid] : [],
    );
  let paused: number[];

  beforeAll(() => {
    paused = orderers();
    for (const pid of paused) process.kill(pid, 'SIGSTOP');
  });
  afterAll(() => {
    for (const pid of paused) process.kill(pid, 'SIGCONT');
  });

  /** Whether a process holds an open connection to a local port, by the kernel's tables. */
  function isConnected(pid: number, port: number): boolean {
    const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    const sockets = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
    return readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .some((row) => row[2]?.endsWith(remote) && sockets.includes(`socket:[${row[9] ?? ''}]`));
  }

  /** A descriptor may be closed between the listing and the look. */
  function linkOf(path: string): string[] {
    try {
      return [readlinkSync(path)];
    } catch {
      return [];
    }
  }

  test('ends the command with code 130, and says what was sent', async () => {
    expect(paused).toHaveLength(3);
    const words = ['settlement', 'link-instrument', '--customer-id', 'customer-by-hand'];
    const child = spawn(
      process.execPath,
      [PROGRAM, ...words, '--token', 'tok-2', '--kind', 'mobile', '--home', network.home],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString('utf8')));
    const ended = new Promise((resolve) => child.on('close', resolve));
    const port = Number(network.clients.organisation('bank').peer.endpoint.split(':')[1]);
    await eventually('the command to connect', () =>
      Promise.resolve(isConnected(defined(child.pid, 'process id'), port) || undefined),
    );
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(stderr).toMatch(/^(INTERRUPTED|OUTCOME_UNKNOWN: .+\n.*"transactionId":"[0-9a-f]{64}")/);
  });
});
