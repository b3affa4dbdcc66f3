// SPDX-License-Identifier: Apache-2.0
// Sends an HTTP/2 ping to a gRPC server: a hanging process still accepts connections, but does not answer a ping.
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ChaincodeEndpoint } from '@fabric-offline-pay/operate';
import { within } from './within.js';

/** PEM texts of a client that the server accepts; a socket needs none. */
export interface PingTls {
  readonly root: string;
  readonly cert: string;
  readonly key: string;
}

const socketOf = (endpoint: ChaincodeEndpoint, tls: PingTls | undefined): Socket => {
  if (endpoint.kind === 'socket') return connectTcp(endpoint.path);
  const { host, port } = endpoint;
  return connectTls({
    host,
    port,
    ca: tls?.root,
    cert: tls?.cert,
    key: tls?.key,
    ALPNProtocols: ['h2'],
  });
};

const awaitPing = (session: ClientHttp2Session): Promise<void> =>
  new Promise((resolve, reject) => {
    session.once('error', reject);
    session.once('close', () => reject(new Error('the connection was closed')));
    session.once('connect', () => {
      session.ping((error: Error | null) => (error === null ? resolve() : reject(error)));
    });
  });

/** Resolves when the server answers the ping. @throws the error of the connection; an `AbortError` when the deadline has passed. */
export async function pingHttp2(
  endpoint: ChaincodeEndpoint,
  tls: PingTls | undefined,
  deadlineMs: number,
): Promise<void> {
  const session = connectHttp2('http://localhost', {
    createConnection: () => socketOf(endpoint, tls),
  });
  try {
    await within(deadlineMs, awaitPing(session));
  } finally {
    session.destroy();
  }
}
