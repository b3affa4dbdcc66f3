// SPDX-License-Identifier: Apache-2.0
// Calls a node as whoever has a certificate, with any request at all: the nodes' own client sends only what the table allows.
import { Agent, request } from 'node:https';
import type { TestCertificate } from '../../network/nodes/common/src/testing/certificates.js';

export interface RawCall {
  readonly method: string;
  /** With its query, encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
}

export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

const WAIT_MS = 20_000;

export class Door {
  readonly #url: string;
  readonly #agent: Agent;

  constructor(url: string, root: string, { cert, key }: TestCertificate) {
    this.#url = url;
    this.#agent = new Agent({ keepAlive: true, ca: root, cert, key });
  }

  /** @throws what stopped the call: no connection, no answer in time. */
  call({ method, path, headers = {}, body }: RawCall): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(this.#url);
      const options = { hostname, port, path, method, agent: this.#agent, timeout: WAIT_MS };
      const sent = request({ ...options, headers: headers as Record<string, string> });
      sent.on('response', (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'] ?? '',
            text: Buffer.concat(parts).toString('utf8'),
          }),
        );
      });
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${path} got no answer`)));
      sent.on('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
