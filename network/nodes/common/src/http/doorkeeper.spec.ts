// SPDX-License-Identifier: Apache-2.0
// TLS accepted the certificate; the doorkeeper checks it again at every request, by the authority's key and not by its name.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { TestAuthority } from '../testing/certificates.js';
import { Doorkeeper } from './doorkeeper.js';

/** When the certificates of the tests expire. */
const END = Date.UTC(2120, 0, 1);

const authority = new TestAuthority('bank ca');

let folder: string;
let close: () => void;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorkeeper-'));
});

afterEach(() => {
  close();
  rmSync(folder, { recursive: true });
});

/** @returns the service's side of a teller's connection. */
async function connection(): Promise<TLSSocket> {
  const ca = authority.root;
  const server = createServer({
    ...authority.issue({ commonName: 'server' }),
    ca,
    requestCert: true,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const teller = authority.issue({ commonName: 'anna', role: 'teller' });
  const client = connect({ port, host: '127.0.0.1', ca, ...teller });
  close = () => {
    client.destroy();
    server.close();
  };
  const [socket] = (await once(server, 'secureConnection')) as [TLSSocket];
  return socket;
}

function doorkeeper(trusted: TestAuthority, clock: () => number): Doorkeeper {
  const revocationsFile = join(folder, 'revocations.pem');
  writeFileSync(revocationsFile, trusted.revocations({ until: '21300101000000Z' }));
  return new Doorkeeper({ authorities: [trusted.root], revocationsFile, clock });
}

const DENIED = expect.objectContaining({ code: 'ACCESS_DENIED' }) as Error;

it('refuses a certificate that expired while its connection was open', async () => {
  let now = END;
  const door = doorkeeper(authority, () => now);
  const socket = await connection();
  const admit = () => door.admit(socket, ['teller']);
  expect(admit()).toEqual({ name: 'anna', role: 'teller' });
  now += 1;
  expect(admit).toThrow(DENIED);
});

it('refuses a certificate of another authority with the same name', async () => {
  const door = doorkeeper(new TestAuthority('bank ca'), () => END);
  const socket = await connection();
  expect(() => door.admit(socket, ['teller'])).toThrow(DENIED);
});
