// SPDX-License-Identifier: Apache-2.0
// Whoever does not listen any more is counted no more, whenever it left.
import { EventEmitter, once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { fastify, type FastifyInstance } from 'fastify';
import { waitUntil } from '../system/wait-until.js';
import { EventStreams } from './event-stream.js';
import type { ServerEvent } from './operation.js';

/** More than one caller may have open. */
const CALLERS = 6;

let streams: EventStreams;
let server: FastifyInstance;
/** `arrived`: a request waits before its stream, as for its session in a database; `pass` ends that. */
let steps: EventEmitter;
/** Sources that were told that nobody listens any more. */
let aborted: number;

async function* silent({ signal }: { readonly signal: AbortSignal }): AsyncGenerator<ServerEvent> {
  yield { id: '1', data: {} };
  await once(signal, 'abort');
}

beforeEach(async () => {
  aborted = 0;
  steps = new EventEmitter();
  streams = new EventStreams({ heartbeatMs: 60_000, failed: () => undefined });
  server = fastify({ forceCloseConnections: true });
  server.get('/events', async (request, reply) => {
    const passed = once(steps, 'pass');
    steps.emit('arrived');
    await passed;
    const answer = (asked: { readonly signal: AbortSignal }) => {
      asked.signal.addEventListener('abort', () => (aborted += 1));
      return silent(asked);
    };
    return streams.send(request, reply, answer, {
      name: 'caller',
      ensureAdmitted: () => undefined,
    });
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  streams.close();
  await server.close();
});

const portOf = (): number => (server.server.address() as AddressInfo).port;

async function ask(): Promise<Socket> {
  const arrived = once(steps, 'arrived');
  const socket = connect(portOf(), '127.0.0.1').on('error', () => undefined);
  socket.write('GET /events HTTP/1.1\r\nhost: x\r\n\r\n');
  await arrived;
  return socket;
}

/** Resolves when the server has seen that the caller left. */
async function leave(socket: Socket): Promise<void> {
  socket.destroy();
  await waitUntil('the end of the connection', connectionsEnded, {
    deadlineMs: 10_000,
    intervalMs: 5,
  });
}

const connectionsEnded = (): Promise<true | undefined> =>
  new Promise((resolve) => {
    server.server.getConnections((_, count) => resolve(count === 0 ? true : undefined));
  });

const LEAVES: Readonly<Record<string, (socket: Socket) => Promise<void>>> = {
  'while it listens': async (socket) => {
    steps.emit('pass');
    await once(socket, 'data');
    await leave(socket);
  },
  'before its stream is made': async (socket) => {
    await leave(socket);
    steps.emit('pass');
  },
  'as its stream is made': async (socket) => {
    steps.emit('pass');
    await leave(socket);
  },
};

test.each(Object.entries(LEAVES))(
  'who leaves %s is counted no more',
  async (_, leaves) => {
    for (let caller = 0; caller < CALLERS; caller += 1) await leaves(await ask());
    await waitUntil('the end of all', () => (aborted === CALLERS ? true : undefined), {
      deadlineMs: 10_000,
      intervalMs: 5,
    });
    const last = await ask();
    steps.emit('pass');
    const [answer] = (await once(last, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
    await leave(last);
  },
  30_000,
);

test('who listens is counted', async () => {
  const open: Socket[] = [];
  let answer = '';
  while (open.length < CALLERS) {
    const socket = await ask();
    steps.emit('pass');
    answer = String((await once(socket, 'data'))[0]);
    open.push(socket);
  }
  expect(answer).not.toMatch(/^HTTP\/1\.1 200 /);
  for (const socket of open) socket.destroy();
}, 30_000);
