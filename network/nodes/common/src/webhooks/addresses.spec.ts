// SPDX-License-Identifier: Apache-2.0
// Names that lead into the network of the node are refused when they are connected to, whatever they were when they were registered.
import type { LookupAddress } from 'node:dns';
import { createServer, request } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { openReceiver } from '../testing/receiver.js';
import { AddressRefusedError, checkedLookup, isReachable } from './addresses.js';
import { openPoster } from './post.js';

test.each(['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946'])('%s is public', (address) => {
  expect(isReachable('public', address)).toBe(true);
});

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '::1',
  '::ffff:127.0.0.1',
  'fd00::1',
  'fe80::1',
  'no address',
])('%s is not', (address) => {
  expect(isReachable('public', address)).toBe(false);
});

const resolving =
  (...addresses: string[]) =>
  (_: string, done: (error: null, addresses: LookupAddress[]) => void) =>
    done(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );

const lookUp = (addresses: string[], all: boolean) =>
  new Promise<unknown>((resolve) => {
    checkedLookup('public', resolving(...addresses))('shop.example', { all }, (error, found) =>
      resolve(error ?? found),
    );
  });

test('a name is refused when any of its addresses is not public', async () => {
  expect(await lookUp(['93.184.216.34', '10.0.0.1'], true)).toBeInstanceOf(AddressRefusedError);
  expect(await lookUp(['93.184.216.34', '10.0.0.1'], false)).toBeInstanceOf(AddressRefusedError);
  expect(await lookUp([], true)).toBeInstanceOf(AddressRefusedError);
  expect(await lookUp(['93.184.216.34'], false)).toBe('93.184.216.34');
});

test('the connection goes to the address that was checked, and the name is asked for once', async () => {
  const receiver = await openReceiver();
  const { port } = new URL(receiver.url);
  const answers = ['127.0.0.1', '10.0.0.1'];
  let asked = 0;
  const rebinding = (_: string, done: (error: null, addresses: LookupAddress[]) => void) => {
    const address = answers[asked] ?? '10.0.0.1';
    asked += 1;
    done(null, [{ address, family: 4 }]);
  };
  const lookup = checkedLookup('loopback', rebinding);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    request(`http://shop.example:${port}/`, { lookup }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
  expect([status, asked]).toEqual([204, 1]);
  await receiver.close();
});

test('a name of this machine is refused where only public addresses may be reached', async () => {
  const { post, close } = openPoster({ reach: 'public', timeoutMs: 2_000 });
  await expect(post('https://localhost:1/hook', {}, '{}')).rejects.toThrow(AddressRefusedError);
  await expect(post('https://127.0.0.1:1/hook', {}, '{}')).rejects.toThrow(AddressRefusedError);
  close();
});

test('an answer without an end is cut off', async () => {
  const server = createServer((_, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(8_192)));
    };
    response.on('drain', more);
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { post, close } = openPoster({ reach: 'loopback', timeoutMs: 20_000 });
  expect(await post(`http://127.0.0.1:${port}/`, {}, '{}')).toBe(200);
  close();
  await new Promise((resolve) => server.close(resolve));
});

test.each([
  [
    'that wants to speak something else',
    'HTTP/1.1 101 x\r\nUpgrade: x\r\nConnection: Upgrade',
    101,
  ],
  ['that breaks off', 'HTTP/1.1 200 OK\r\nContent-Length: 10', 200],
  ['that is only promised', 'HTTP/1.1 100 Continue', 'AbortError'],
  ['that is no HTTP', 'HELLO', 'Error'],
])('an answer %s ends the exchange', async (_, answer, expected) => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(`${answer}\r\n\r\n`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { post, close } = openPoster({ reach: 'loopback', timeoutMs: 200 });
  const ended = await post(`http://127.0.0.1:${port}/`, {}, '{}').catch(
    (error: unknown) => (error as Error).name,
  );
  expect(ended).toBe(expected);
  close();
  server.close();
});

test('an endpoint that does not answer in time is left', async () => {
  const receiver = await openReceiver();
  const { post, close } = openPoster({ reach: 'loopback', timeoutMs: 50 });
  receiver.answer = () => 0;
  await expect(post(receiver.url, {}, '{}')).rejects.toMatchObject({ name: 'AbortError' });
  close();
  await receiver.close();
});
