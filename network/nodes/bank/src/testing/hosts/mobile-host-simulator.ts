// SPDX-License-Identifier: Apache-2.0
// A mobile-money host for tests: a real HTTP server with accounts, which misbehaves as it is told, and keeps its own record of what it did.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import * as z from 'zod';

/** What the host does with a request that is to change something instead of answering it well. */
export const MOBILE_FAULTS = [
  'ignores',
  'says nothing',
  'drops',
  'drops after doing it',
  'answers garbage',
  /** Status 503, without doing anything. */
  'is busy',
  /** Status 500, after doing it. */
  'fails after doing it',
  /** Takes it up, and is undecided for longer than anybody waits. */
  'stays undecided',
] as const;

export type MobileFault = (typeof MOBILE_FAULTS)[number];

const DOES_NOTHING: readonly (MobileFault | undefined)[] = ['ignores', 'drops', 'is busy'];

const party = z.array(z.object({ key: z.string(), value: z.string() })).length(1);
const posted = z.object({
  type: z.string(),
  amount: z.string().regex(/^\d+\.\d\d$/),
  currency: z.literal('EUR'),
  requestingOrganisationTransactionReference: z.string(),
  debitParty: party.optional(),
  creditParty: party.optional(),
});

type Posted = z.output<typeof posted>;

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

interface Made {
  readonly reference: string;
  readonly request: Posted;
  readonly original: string | undefined;
  readonly amount: bigint;
}

const errorOf = (errorCategory: string, errorCode: string): Reply => ({
  status: 400,
  body: { errorCategory, errorCode, errorDescription: 'as told' },
});

const UNKNOWN = errorOf('identification', 'identifierError');

interface Move {
  readonly request: Posted;
  readonly token: Posted['debitParty'];
  readonly amount: bigint;
  readonly sign: bigint;
  readonly original?: string;
}

const unitsOf = (amount: string): bigint => BigInt(amount.replace('.', ''));
const decimalOf = (units: bigint): string =>
  `${units / 100n}.${(units % 100n).toString().padStart(2, '0')}`;

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString());
}

export const BANK_ACCOUNT = 'bank-1';
export const API_KEY = 'key-of-the-bank';

export class MobileHostSimulator {
  /** Minor units by token. */
  readonly accounts = new Map<string, bigint>();
  /** Method and path of what arrived. */
  readonly heard: string[] = [];
  faultFor: () => MobileFault | undefined = () => undefined;
  /** Error code for whatever is asked next. */
  refusal: string | undefined;
  /** Answers 202 and decides at the second look. */
  isAsynchronous = false;
  readonly made: Made[] = [];
  readonly #replies = new Map<string, Reply>();
  readonly #states = new Map<string, { looks: number; reply: Reply }>();
  readonly #links = new Map<string, string>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #port = 0;

  static async start(): Promise<MobileHostSimulator> {
    const host = new MobileHostSimulator();
    host.#server.on('connection', (socket: Socket) => {
      host.#sockets.add(socket);
      socket.on('close', () => host.#sockets.delete(socket));
    });
    await host.resume();
    return host;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The host only knows what it took and what it gave back. */
  get taken(): bigint {
    const sum = (type: string): bigint =>
      this.made
        .filter(({ request }) => request.type === type)
        .reduce((total, { amount }) => total + amount, 0n);
    return sum('merchantpay') - sum('reversal');
  }

  reset(): void {
    for (const map of [this.accounts, this.#replies, this.#states, this.#links]) map.clear();
    this.made.length = 0;
    this.heard.length = 0;
    this.faultFor = () => undefined;
    this.refusal = undefined;
    this.isAsynchronous = false;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async resume(): Promise<void> {
    this.#server.listen({ port: this.#port, host: '127.0.0.1' });
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const { pathname, searchParams } = new URL(url, 'http://host');
    this.heard.push(`${method} ${pathname}`);
    const send = ({ status, body }: Reply): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.headers['x-api-key'] !== API_KEY)
      send({ ...errorOf('authorisation', 'clientAuthorisationError'), status: 401 });
    else if (method === 'GET') send(this.#show(pathname, searchParams));
    else {
      const body = posted.parse(await bodyOf(request));
      this.#misbehave(response, send, () =>
        this.#once(request.headers['x-correlationid'] as string, pathname, body),
      );
    }
  }

  #misbehave(response: ServerResponse, send: (reply: Reply) => void, work: () => Reply): void {
    const fault = this.faultFor();
    const isUndecided = fault === 'stays undecided';
    const reply = DOES_NOTHING.includes(fault) ? undefined : work();
    const ways: Record<MobileFault, () => void> = {
      ignores: () => undefined,
      'says nothing': () => undefined,
      drops: () => response.destroy(),
      'drops after doing it': () => response.destroy(),
      'answers garbage': () => response.end('<html>proxy</html>'),
      'is busy': () => send({ status: 503, body: {} }),
      'fails after doing it': () => send({ ...errorOf('internal', 'genericError'), status: 500 }),
      'stays undecided': () => send(this.#pending(reply, 20)),
    };
    if (fault !== undefined && !(isUndecided && reply === undefined)) ways[fault]();
    else if (reply !== undefined) send(this.isAsynchronous ? this.#pending(reply, 2) : reply);
  }

  #pending(reply: Reply | undefined, looks: number): Reply {
    const id = randomUUID();
    this.#states.set(id, { looks, reply: reply ?? errorOf('internal', 'genericError') });
    return { status: 202, body: this.#stateOf(id) };
  }

  #stateOf(id: string): unknown {
    const state = this.#states.get(id);
    const common = { serverCorrelationId: id, notificationMethod: 'polling' };
    if (state === undefined || (state.looks -= 1) >= 0) return { ...common, status: 'pending' };
    const { status, body } = state.reply;
    if (status >= 400) return { ...common, status: 'failed', error: body };
    const { transactionReference } = body as { transactionReference: string };
    return { ...common, status: 'completed', objectReference: transactionReference };
  }

  /** A request that comes again is refused; what became of it is shown under its id. */
  #once(id: string, path: string, body: Posted): Reply {
    const before = this.#replies.get(id);
    if (before !== undefined && before.status < 400)
      return errorOf('businessRule', 'duplicateRequest');
    if (before !== undefined) return before;
    const reply =
      this.refusal === undefined ? this.#do(path, body) : errorOf('businessRule', this.refusal);
    this.#replies.set(id, reply);
    return reply;
  }

  #do(path: string, request: Posted): Reply {
    const amount = unitsOf(request.amount);
    const [, , from = '', what = ''] = path.split('/');
    const ways: Record<string, () => Reply> = {
      merchantpay: () => this.#move({ request, token: request.debitParty, amount, sign: -1n }),
      disbursement: () => this.#move({ request, token: request.creditParty, amount, sign: 1n }),
      reversals: () => this.#reverse(from, request, amount),
    };
    return ways[what]?.() ?? { ...UNKNOWN, status: 404 };
  }

  #reverse(reference: string, request: Posted, amount: bigint): Reply {
    const original = this.made.find((made) => made.reference === reference);
    if (original === undefined) return { ...UNKNOWN, status: 404 };
    if (this.#restOf(original) < amount) return errorOf('businessRule', 'overPaymentNotAllowed');
    const token = original.request.debitParty;
    return this.#move({ request, token, amount, sign: 1n, original: original.reference });
  }

  #move({ request, token: account, amount, sign, original }: Move): Reply {
    const token = account?.[0]?.value ?? '';
    const balance = this.accounts.get(token);
    if (balance === undefined) return UNKNOWN;
    const after = balance + sign * amount;
    if (after < 0n) return errorOf('businessRule', 'insufficientFunds');
    this.accounts.set(token, after);
    const reference = `MM-${(this.made.length + 1).toString()}`;
    this.made.push({ reference, request, original, amount });
    return { status: 201, body: this.#transaction(reference) };
  }

  #restOf({ reference, amount }: Made): bigint {
    return this.made
      .filter(({ original }) => original === reference)
      .reduce((rest, reversal) => rest - reversal.amount, amount);
  }

  #transaction(reference: string): unknown {
    const made = this.made.find((each) => each.reference === reference);
    return (
      made && {
        ...made.request,
        amount: decimalOf(made.amount),
        transactionReference: reference,
        transactionStatus: 'completed',
      }
    );
  }

  #show(path: string, query: URLSearchParams): Reply {
    const [, what = '', id = ''] = path.split('/');
    const ways: Record<string, () => unknown> = {
      heartbeat: () => ({ serviceStatus: 'available' }),
      responses: () => this.#linkOf(id),
      requeststates: () => this.#stateOf(id),
      transactions: () => this.#transaction(id),
      accounts: () => this.#page(Number(query.get('offset')), Number(query.get('limit'))),
    };
    const body = ways[what]?.();
    return body === undefined ? { ...UNKNOWN, status: 404 } : { status: 200, body };
  }

  #linkOf(id: string): unknown {
    const reply = this.#replies.get(id);
    if (reply === undefined || reply.status >= 400) return undefined;
    const { transactionReference } = reply.body as { transactionReference: string };
    return { link: `/transactions/${transactionReference}` };
  }

  #page(offset: number, limit: number): unknown {
    return this.made
      .slice(offset, offset + limit)
      .map(({ reference }) => this.#transaction(reference));
  }
}
