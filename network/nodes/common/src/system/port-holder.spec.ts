// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { listeningSockets, portHolders } from './port-holder.js';

let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());

const onLinux = process.platform === 'linux' ? it : it.skip;

onLinux('names the process that listens, and no home when it belongs to no network', () => {
  const [holder] = portHolders([port]);
  expect(holder).toMatchObject({ port, process: { pid: process.pid } });
  expect(holder?.process?.program).not.toBe('');
  expect(holder?.process).not.toHaveProperty('home');
});

it('names no process when none is found', () => {
  expect(portHolders([1])).toEqual([{ port: 1 }]);
});

it('reads only listening sockets, from both tables', () => {
  const rows = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:429B 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 4711 1',
    '   1: 0100007F:429C 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  0 0 4712 1',
    '   2: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4713 1',
  ].join('\n');
  expect([...listeningSockets(rows)]).toEqual([
    [17_051, '4711'],
    [8080, '4713'],
  ]);
});
