// SPDX-License-Identifier: Apache-2.0
// A shop that is told: a real HTTP server on this machine, for tests.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One webhook as it arrived. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What was answered. */
  readonly status: number;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Decides the answer to each webhook; 204 unless told. Headers of the answer may follow. 0: it hangs. */
  answer: (
    received: Omit<Received, 'status'>,
  ) => number | readonly [number, Record<string, string>];
  close(): Promise<void>;
}

export async function openReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const receiver = {
    url: '',
    received,
    answer: (() => 204) as Receiver['answer'],
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const arrived = { headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
      const answer = receiver.answer(arrived);
      const [status, headers] = typeof answer === 'number' ? [answer, {}] : answer;
      received.push({ ...arrived, status });
      if (status > 0) response.writeHead(status, headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return receiver;
}
