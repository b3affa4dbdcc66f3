// SPDX-License-Identifier: Apache-2.0
// The desk of the stand-ins: whoever runs the sample opens accounts at the hosts, reads the telephones, and asks what was done.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { bodyOf } from '../hosts/mobile-host-simulator.js';
import type { NewAccount } from '../hosts/simulated-host.js';
import { newAccount, type StandInFigures } from './shapes.js';
import type { TextQuery } from './phones.js';

export interface DeskParts {
  readonly open: (kind: 'card' | 'mobile', account: NewAccount) => void;
  readonly texts: (query: TextQuery) => readonly string[];
  readonly figures: () => StandInFigures;
  readonly writeStatements: () => void;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

const ok = (body: unknown = {}): Reply => ({ status: 200, body });

const openAccount = ({ open }: DeskParts, body: unknown): Reply => {
  const read = newAccount.safeParse(body);
  if (!read.success) return { status: 400, body: {} };
  const { kind, ...account } = read.data;
  open(kind, account);
  return ok();
};

type Route = (parts: DeskParts, asked: { query: URLSearchParams; body: unknown }) => Reply;

const ROUTES: Readonly<Record<string, Route>> = {
  'POST /accounts': (parts, { body }) => openAccount(parts, body),
  'GET /texts': ({ texts }, { query }) =>
    ok(
      texts({
        to: query.get('to') ?? undefined,
        containing: query.get('containing') ?? undefined,
      }),
    ),
  'GET /figures': ({ figures }) => ok(figures()),
  'POST /statements': ({ writeStatements }) => {
    writeStatements();
    return ok();
  },
};

async function answer(parts: DeskParts, key: string, request: IncomingMessage): Promise<Reply> {
  const { method = '', url = '', headers } = request;
  const { pathname, searchParams: query } = new URL(url, 'http://desk');
  // Anybody may ask whether it is there.
  if (pathname === '/health') return ok();
  if (headers.authorization !== `Bearer ${key}`) return { status: 401, body: {} };
  const body = method === 'POST' ? await bodyOf(request) : undefined;
  return ROUTES[`${method} ${pathname}`]?.(parts, { query, body }) ?? { status: 404, body: {} };
}

/** @param key that whoever asks must show */
export async function openDesk(parts: DeskParts, port: number, key: string): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(parts, key, request).then(({ status, body }) => {
      // Nobody then holds a connection to a process that was started again.
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify(body));
    });
  });
  server.listen({ port, host: '127.0.0.1' });
  await once(server, 'listening');
  return server;
}
