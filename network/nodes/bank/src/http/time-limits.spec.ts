// SPDX-License-Identifier: Apache-2.0
// The server closes connections that are not used. Tested with short limits, so that nobody waits for the real ones.
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { isNativeError } from 'node:util/types';
import { timeoutsSchema } from '@fabric-offline-pay/node-common/node';
import { BankHouse } from '../testing/bank-house.js';
import type { TestCertificate } from '../../../common/src/testing/certificates.js';

const HEADERS = 'POST /logins HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

/** A handshake can be slow on a busy machine and must not count as idle. */
const SHORT = { handshakeMs: 4_000, headersMs: 200, requestMs: 400, idleMs: 200 };

/** The server checks connections once a second. Shorter than the real limits, so that a test cannot pass because of those. */
const SOON_MS = 9_000;

let house: BankHouse;
let certificate: TestCertificate;

beforeAll(async () => {
  house = await BankHouse.open({ timeouts: SHORT });
  certificate = house.authority.issue({ commonName: 'portal', role: 'customer-channel' });
});

afterAll(() => house.close());

const place = () => ({ port: Number(new URL(house.bank.url).port), host: '127.0.0.1' });

const knock = async (text: string): Promise<Socket> => {
  const options = { ...place(), ...certificate, ca: house.authority.root };
  const socket = connectTls(options);
  await once(socket, 'secureConnect');
  socket.write(text);
  return socket;
};

/** Socket errors come from another realm, so `instanceof Error` does not recognise them. */
const isReset = (error: unknown): boolean =>
  isNativeError(error) && 'code' in error && ['ECONNRESET', 'EPIPE'].includes(String(error.code));

/** @returns when the other side has closed. A reset, the answer to a later write, counts as closed too. */
async function closed(socket: Socket): Promise<void> {
  socket.resume();
  const ended = once(socket, 'close', { signal: AbortSignal.timeout(SOON_MS) });
  await ended
    .catch((error: unknown) => {
      if (!isReset(error)) throw error;
    })
    .finally(() => socket.on('error', () => undefined).destroy());
}

/** Sends a little again and again until the other side closes. */
function drip(socket: Socket, text: string): Socket {
  const timer = setInterval(() => socket.writable && socket.write(text), 50);
  socket.once('close', () => clearInterval(timer));
  return socket;
}

it('a connection without a handshake', async () => {
  await closed(connectTcp(place()));
});

it('a connection without a request', async () => {
  await closed(await knock(''));
});

it('a body that never comes', async () => {
  await closed(await knock(`${HEADERS}Content-Length: 3000\r\n\r\n{`));
});

it('a body that comes too slowly', async () => {
  await closed(drip(await knock(`${HEADERS}Content-Length: 3000\r\n\r\n{`), ' '));
});

it('a connection that is no longer used', async () => {
  await closed(await knock('GET /health HTTP/1.1\r\nHost: x\r\n\r\n'));
});

it('headers that never end, long before the time limit of the whole request', async () => {
  await house.close();
  house = await BankHouse.open({ timeouts: { ...SHORT, requestMs: 14_000 } });
  certificate = house.authority.issue({ commonName: 'portal', role: 'customer-channel' });
  await closed(drip(await knock('POST /logins HTTP/1.1\r\n'), 'x-a: b\r\n'));
});

it('after at most 15 seconds: a deployment may be stricter, never laxer', () => {
  for (const name of Object.keys(SHORT)) {
    expect(timeoutsSchema.safeParse({ [name]: 15_000 }).success).toBe(false);
    const limit = Object.entries(timeoutsSchema.parse(undefined)).find(([key]) => key === name);
    expect(limit?.[1]).toBeLessThanOrEqual(14_000);
  }
});
