// SPDX-License-Identifier: Apache-2.0
// Sends one webhook: no redirects, a limit for the time and for the answer, and only to addresses that may be reached.
import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { checkedLookup, isEndpointUrl, AddressRefusedError, type Reach } from './addresses.js';

export interface PostOptions {
  readonly reach: Reach;
  /** Milliseconds for the whole exchange. */
  readonly timeoutMs: number;
  /** Keeps connections for the next request; yes unless told. For those who send rarely it would only keep them open. */
  readonly keepAlive?: boolean;
}

/** @param signal ends the exchange early @returns the status of the answer. @throws when there was none. */
export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal?: AbortSignal,
) => Promise<number>;

export interface Poster {
  readonly post: Post;
  /** Ends idle connections. */
  readonly close: () => void;
}

/** Nobody reads the answer. More of it than this ends the connection instead of reusing it. */
const LONGEST_ANSWER = 16_384;

function discard(response: IncomingMessage): void {
  let length = 0;
  response.on('error', () => undefined);
  response.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > LONGEST_ANSWER) response.destroy();
  });
}

const responseTo = (request: ClientRequest, body: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request
      .on('response', resolve)
      // A connection that is to speak something else (101) would never tell its end.
      .on('upgrade', (response, socket) => {
        socket.destroy();
        response.destroy();
        resolve(response);
      })
      .on('error', reject)
      .end(body);
  });

const settled = (response: IncomingMessage): Promise<void> =>
  new Promise((resolve) => {
    if (response.closed) resolve();
    else response.on('close', resolve);
  });

const SOCKETS = { maxSockets: 64, maxFreeSockets: 32 } as const;

/** @returns a sender with its own connections */
export function openPoster({ reach, timeoutMs, keepAlive = true }: PostOptions): Poster {
  const lookup = checkedLookup(reach);
  const secure = new HttpsAgent({ ...SOCKETS, keepAlive, minVersion: 'TLSv1.2' });
  const plain = new HttpAgent({ ...SOCKETS, keepAlive });

  const begin = (url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal) => {
    const common = { method: 'POST', headers, lookup, signal } as const;
    return url.protocol === 'https:'
      ? httpsRequest(url, { ...common, agent: secure })
      : httpRequest(url, { ...common, agent: plain });
  };

  const post: Post = async (url, headers, body, given) => {
    if (!isEndpointUrl(reach, url)) throw new AddressRefusedError();
    const length = Buffer.byteLength(body).toString();
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = given === undefined ? limit : AbortSignal.any([limit, given]);
    const request = begin(new URL(url), { ...headers, 'content-length': length }, signal);
    const response = await responseTo(request, body);
    discard(response);
    await settled(response);
    return response.statusCode ?? 0;
  };

  return {
    post,
    close: () => {
      secure.destroy();
      plain.destroy();
    },
  };
}
