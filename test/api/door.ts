// SPDX-License-Identifier: Apache-2.0
// Calls a node as whoever has a certificate, with any request at all: the nodes' own client sends only what the table allows.
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
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
  /** The methods of the path, when the called one is none of them. */
  readonly allow: string | null;
  readonly text: string;
}

/** @returns status and code of a refusal, with the field that it names. */
export function refusalOf({ status, text }: RawAnswer): string {
  const { code, field } = JSON.parse(text) as { readonly code?: string; readonly field?: string };
  return [status, code, field].filter((part) => part !== undefined).join(' ');
}

const WAIT_MS = 20_000;

/** Its first part is the answer. */
const EVENT_STREAM = 'text/event-stream';

export class Door {
  readonly #url: string;
  readonly #agent: Agent;

  constructor(url: string, root: string, { cert, key }: TestCertificate) {
    this.#url = url;
    this.#agent = new Agent({ keepAlive: true, ca: root, cert, key });
  }

  /** @throws what stopped the call: no connection, no answer in time. */
  call(call: RawCall): Promise<RawAnswer> {
    const { method, path, headers = {}, body } = call;
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(this.#url);
      const options = { hostname, port, path, method, agent: this.#agent, timeout: WAIT_MS };
      const sent = request({ ...options, headers: headers as Record<string, string> });
      sent.on('response', (response) => {
        const parts: Buffer[] = [];
        const contentType = response.headers['content-type'] ?? '';
        const answered = () =>
          resolve({
            status: response.statusCode ?? 0,
            contentType,
            allow: response.headers.allow ?? null,
            text: Buffer.concat(parts).toString('utf8'),
          });
        response.on('data', (part: Buffer) => {
          parts.push(part);
          if (!contentType.startsWith(EVENT_STREAM)) return;
          // It goes on until somebody leaves.
          answered();
          sent.destroy();
        });
        response.on('error', reject);
        response.on('end', answered);
      });
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${path} got no answer`)));
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // The node closed an idle connection just when it was used again: nothing was read.
        if (sent.reusedSocket && error.code === 'ECONNRESET') this.call(call).then(resolve, reject);
        else reject(error);
      });
      sent.end(body);
    });
  }

  /** Sends bytes that need be no HTTP. @returns what comes back until the other side closes. */
  async sendRaw(bytes: string): Promise<string> {
    const { hostname: host, port } = new URL(this.#url);
    const { ca, cert, key } = this.#agent.options;
    const socket = connect({ host, port: Number(port), ca, cert, key });
    socket.setTimeout(WAIT_MS, () => socket.destroy(new Error('no answer')));
    socket.end(bytes);
    return text(socket);
  }

  close(): void {
    this.#agent.destroy();
  }
}
