// SPDX-License-Identifier: Apache-2.0
// A real gRPC server behind a relay that can hang, as connections, peers and hosts do.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import { RenewingClient, type Patience } from './renewing-client.js';
import { codeOfError } from '../guards.js';

const QUICK: Patience = { silenceMs: 200, streamSilenceMs: 400, answerMs: 300, lookMs: 40 };

/** Longer than it takes to notice a dead connection, shorter than any deadline of a call here. */
const SOON_MS = 4_000;
const LONG_MS = 20_000;

const asIs = (bytes: Buffer): Buffer => bytes;

const unary = { requestStream: false, responseStream: false } as const;
const bytes = {
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
};

/** Methods that answer at once, late, never, or with a failure, and a stream with one message. */
class Peer {
  readonly #server = new grpc.Server();
  port = 0;

  constructor(readonly name: string) {
    const answer = Buffer.from(name);
    this.#server.addService(
      {
        echo: { path: '/test/Echo', ...unary, ...bytes },
        slow: { path: '/test/Slow', ...unary, ...bytes },
        never: { path: '/test/Never', ...unary, ...bytes },
        busy: { path: '/test/Busy', ...unary, ...bytes },
        watch: { path: '/test/Watch', requestStream: false, responseStream: true, ...bytes },
      },
      {
        echo: (_call: unknown, done: grpc.sendUnaryData<Buffer>) => done(null, answer),
        slow: (_call: unknown, done: grpc.sendUnaryData<Buffer>) =>
          void setTimeout(() => done(null, answer), 1_500),
        never: () => undefined,
        busy: (_call: unknown, done: grpc.sendUnaryData<Buffer>) =>
          done({ code: grpc.status.UNAVAILABLE, details: 'no orderer' }),
        watch: (call: grpc.ServerWritableStream<Buffer, Buffer>) => call.write(answer),
      },
    );
  }

  async start(): Promise<void> {
    this.port = await new Promise<number>((resolve, reject) => {
      const credentials = grpc.ServerCredentials.createInsecure();
      this.#server.bindAsync('127.0.0.1:0', credentials, (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
  }

  stop(): void {
    this.#server.forceShutdown();
  }
}

/** Carries bytes to a peer. It can be made to hang without closing anything. */
class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  /** Whether new connections hang from the beginning. */
  isHung = false;
  connections = 0;

  constructor(peer: Peer) {
    this.#server = createServer((near) => {
      this.connections += 1;
      this.#keep(near);
      if (this.isHung) return;
      const far = connect(peer.port, '127.0.0.1');
      this.#keep(far);
      near.pipe(far).pipe(near);
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }

  /** After a restart it listens on the same port. */
  async start(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `127.0.0.1:${this.#port.toString()}`;
  }

  /** Existing connections carry nothing more. */
  standStill(): void {
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

let peers: readonly Peer[];
let relays: readonly [Relay, Relay];
let client: RenewingClient;

beforeEach(async () => {
  const [one, other] = [new Peer('first'), new Peer('second')];
  peers = [one, other];
  await Promise.all(peers.map((peer) => peer.start()));
  relays = [new Relay(one), new Relay(other)];
  await Promise.all(relays.map((relay) => relay.start()));
});

afterEach(() => {
  client.close();
  relays.forEach((relay) => relay.stop());
  peers.forEach((peer) => peer.stop());
});

const open = (address: string) => () =>
  new grpc.Client(address, grpc.credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 200,
  });

function clientOf(count: 1 | 2): RenewingClient {
  const [first, second] = [open(relays[0].address), open(relays[1].address)];
  client = new RenewingClient(count === 1 ? [first] : [first, second], QUICK);
  return client;
}

const call = (method: string, deadlineMs = LONG_MS): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + deadlineMs };
    client.makeUnaryRequest(method, asIs, asIs, Buffer.alloc(0), options, (error, value) =>
      error === null ? resolve(value?.toString() ?? '') : reject(error),
    );
  });

/** Repeats the call while the peer cannot be reached, like the SDK. */
async function again(method: string): Promise<string> {
  for (;;) {
    const answer = await call(method).catch((error: unknown) => {
      if (codeOfError(error) !== grpc.status.UNAVAILABLE) throw error;
    });
    if (answer !== undefined) return answer;
  }
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const late = AbortSignal.timeout(milliseconds);
  const tooLate = once(late, 'abort').then(() => Promise.reject(new Error('too late')));
  return Promise.race([work, tooLate]);
}

test('a dead connection is replaced, and its calls can be repeated', async () => {
  clientOf(1);
  expect(await call('/test/Echo')).toBe('first');
  relays[0].standStill();
  await expect(within(SOON_MS, call('/test/Echo'))).rejects.toMatchObject({
    code: grpc.status.UNAVAILABLE,
  });
  expect(await within(SOON_MS, call('/test/Echo'))).toBe('first');
  expect(relays[0].connections).toBe(2);
});

test('a connection that is accepted and then silent is replaced, too', async () => {
  relays[0].isHung = true;
  clientOf(1);
  const answer = again('/test/Echo');
  await expect(
    within(
      500,
      answer.then(() => undefined),
    ),
  ).rejects.toThrow('too late');
  relays[0].isHung = false;
  expect(await within(SOON_MS, answer)).toBe('first');
});

test('when a peer hangs, calls go to the next one', async () => {
  clientOf(2);
  expect(await call('/test/Echo')).toBe('first');
  relays[0].isHung = true;
  relays[0].standStill();
  expect(await within(SOON_MS, again('/test/Echo'))).toBe('second');
  expect(await call('/test/Echo')).toBe('second');
});

test('when a peer cannot be reached, calls go to the next one, and later back to the first', async () => {
  relays[0].stop();
  clientOf(2);
  expect(await within(SOON_MS, again('/test/Echo'))).toBe('second');
  await relays[0].start();
  relays[1].stop();
  expect(await within(SOON_MS, again('/test/Echo'))).toBe('first');
});

test('the client waits for a peer that is only slow or silent', async () => {
  clientOf(2);
  expect(await call('/test/Slow')).toBe('first');
  await expect(call('/test/Never', 1_500)).rejects.toMatchObject({
    code: grpc.status.DEADLINE_EXCEEDED,
  });
  expect(relays.map(({ connections }) => connections)).toEqual([1, 0]);
});

test('an answer with status unavailable is no reason to leave the peer', async () => {
  clientOf(2);
  for (let round = 0; round < 3; round += 1)
    await expect(call('/test/Busy')).rejects.toMatchObject({ details: 'no orderer' });
  expect(await call('/test/Slow')).toBe('first');
  expect(relays.map(({ connections }) => connections)).toEqual([1, 0]);
});

test('a stream on a dead connection ends, even without any other call', async () => {
  clientOf(1);
  const stream = client.makeServerStreamRequest('/test/Watch', asIs, asIs, Buffer.alloc(0), {});
  const failed = once(stream, 'error');
  await once(stream, 'data');
  relays[0].standStill();
  await expect(within(SOON_MS, failed)).resolves.toMatchObject([{ code: grpc.status.CANCELLED }]);
  expect(await within(SOON_MS, call('/test/Echo'))).toBe('first');
});

test('a silent stream on a live connection stays open', async () => {
  clientOf(1);
  const stream = client.makeServerStreamRequest('/test/Watch', asIs, asIs, Buffer.alloc(0), {});
  const failed = once(stream, 'error');
  await once(stream, 'data');
  await expect(within(1_500, failed)).rejects.toThrow('too late');
  expect(relays[0].connections).toBe(1);
  stream.cancel();
  await failed;
});
