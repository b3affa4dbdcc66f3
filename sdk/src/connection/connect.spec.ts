// SPDX-License-Identifier: Apache-2.0
// Opening a connection: wrong options, and a peer that is not there. Real gRPC, and a free port on which nothing listens.
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { nativeSigner } from '../signer/native-signer.js';
import { connect, type ConnectOptions } from './connect.js';
import type { Connection } from './connection.js';
import { channelOptions, DEFAULT_KEEPALIVE } from './grpc-client.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const options: ConnectOptions = {
  endpoint: { address: 'localhost:1', hostnameOverride: 'peer0.merchant.example' },
  tlsRoot: '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
  identity: { mspId: 'MerchantMSP', certificate: 'not read before a peer reads it' },
  channel: 'settlement',
  chaincode: 'offpay',
};

/** A port that was free a moment ago and refuses connections. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test.each([
  ['neither key nor signer', {}],
  ['both', { privateKey, signer: nativeSigner(privateKey) }],
])('the error names the wrong option: %s', (_, given) => {
  const thrown: unknown[] = [];
  try {
    connect({ ...options, ...given });
  } catch (error) {
    thrown.push(error);
  }
  expect(thrown).toMatchObject([
    { code: 'CONFIGURATION_INVALID', details: { option: 'privateKey' } },
  ]);
});

test('nothing is sent before the first call', () => {
  const connection = connect({ ...options, privateKey });
  expect(connection).toMatchObject({ mspId: 'MerchantMSP', channel: 'settlement' });
  expect(connection.statistics()).toMatchObject({ submitted: 0, committed: 0 });
  connection.close();
});

describe('a peer that is not there', () => {
  const account = { customerId: 'customer-1', currency: 'EUR' };
  const retries = { attempts: 2 };

  test('is unavailable, for queries and submits, and nothing was sent', async () => {
    const endpoint = { address: `127.0.0.1:${await closedPort()}` };
    const connection = connect({ ...options, endpoint, privateKey });
    try {
      await expect(
        connection.client.settlement.readAccount(account, { retries }),
      ).rejects.toMatchObject({
        code: 'NETWORK_UNAVAILABLE',
      });
      const order = { merchantId: 'merchant-1', orderNumber: 'ORD-1' };
      await expect(connection.client.settlement.release(order, { retries })).rejects.toMatchObject({
        code: 'NETWORK_UNAVAILABLE',
      });
      await expect(connection.recover()).resolves.toEqual([]);
      expect(connection.statistics()).toMatchObject({
        submitted: 1,
        committed: 0,
        outagesRetried: 1,
      });
    } finally {
      connection.close();
    }
  });

  test('makes readers of events wait, until the connection closes', async () => {
    const endpoint = { address: `127.0.0.1:${await closedPort()}` };
    const connection = connect({ ...options, endpoint, privateKey });
    const next = connection.events({ fromBlock: 0n })[Symbol.asyncIterator]().next();
    connection.close();
    await expect(next).resolves.toEqual({ done: true, value: undefined });
  });
});

describe('a peer that accepts connections but never answers', () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket));

  beforeAll(() => new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve)));
  afterAll(() => {
    sockets.forEach((socket) => socket.destroy());
    silent.close();
  });

  test.each([
    ['height', (connection: Connection) => connection.height()],
    ['blockOf', (connection: Connection) => connection.blockOf('some-transaction')],
    ['waitForBlock', (connection: Connection) => connection.waitForBlock(7n)],
  ])('%s ends as unavailable', async (_, ask) => {
    const { port } = silent.address() as AddressInfo;
    const endpoint = { address: `127.0.0.1:${port.toString()}` };
    const deadlines = { evaluateMs: 100, blockMs: 300 };
    const connection = connect({ ...options, endpoint, privateKey, deadlines });
    try {
      await expect(ask(connection)).rejects.toMatchObject({ code: 'NETWORK_UNAVAILABLE' });
    } finally {
      connection.close();
    }
  });
});

test.each([
  ['intervalMs', { intervalMs: 9_999 }],
  ['intervalMs', { intervalMs: Infinity }],
  ['timeoutMs', { timeoutMs: 0 }],
])('the error names a keepalive option that peers would not accept, %s: %j', (name, keepalive) => {
  const thrown: unknown[] = [];
  try {
    connect({ ...options, privateKey, keepalive }).close();
  } catch (error) {
    thrown.push(error);
  }
  expect(thrown).toMatchObject([
    { code: 'CONFIGURATION_INVALID', details: { option: `keepalive.${name}` } },
  ]);
});

test('gRPC receives the keepalive, and every peer allows the default one', () => {
  const endpoint = { address: 'localhost:1' };
  const told = channelOptions(endpoint, { intervalMs: 15_000, timeoutMs: 5_000 });
  expect(told).toMatchObject({
    'grpc.keepalive_time_ms': 15_000,
    'grpc.keepalive_timeout_ms': 5_000,
  });
  expect(DEFAULT_KEEPALIVE.intervalMs).toBeGreaterThan(60_000);
});

test('a connection needs at least one peer', () => {
  expect(() => connect({ ...options, endpoint: [], privateKey })).toThrow(
    expect.objectContaining({ code: 'CONFIGURATION_INVALID' }) as Error,
  );
});
