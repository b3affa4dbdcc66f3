// SPDX-License-Identifier: Apache-2.0
// A mobile-money host for tests: a real HTTP server with accounts, which misbehaves as it is told, and keeps its own record of what it did.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as z from 'zod';
import { doesIt, wayOf, type AnswerWay, type Fault } from './faults.js';
import { SimulatedHost } from './simulated-host.js';

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

const NOTHING_DONE: Reply = { status: 503, body: {} };

/** Longer than anybody waits. */
const UNDECIDED_LOOKS = 20;
/** Octets that are said to come and never do. */
const MORE = 40;
/** More than the bank reads. */
const TOO_MANY = 2 ** 21;

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** An answer as octets, for what a server would not say by itself. */
function rawOf({ status, body }: Reply, more = 0): string {
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text) + more;
  const head = [
    `HTTP/1.1 ${status} As Told`,
    'content-type: application/json',
    `content-length: ${length}`,
  ];
  return [...head, '', text].join('\r\n');
}

function inPieces({ socket }: ServerResponse, raw: string): void {
  socket?.write(raw.slice(0, 5), () =>
    socket.write(raw.slice(5, 40), () => socket.end(raw.slice(40))),
  );
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString());
}

export const BANK_ACCOUNT = 'bank-1';
export const API_KEY = 'key-of-the-bank';

export class MobileHostSimulator extends SimulatedHost {
  /** Minor units by token. */
  readonly accounts = new Map<string, bigint>();
  /** Method and path of what arrived. */
  readonly heard: string[] = [];
  /** Asked for each request that is to change something. */
  faultFor: (path: string) => Fault | undefined = () => undefined;
  /** Asked for each request that only looks. */
  faultForLook: (path: string) => Fault | undefined = () => undefined;
  /** Error code for whatever is asked next. */
  refusal: string | undefined;
  /** Answers 202 and decides at the second look. */
  isAsynchronous = false;
  readonly made: Made[] = [];
  readonly #replies = new Map<string, Reply>();
  readonly #states = new Map<string, { looks: number; reply: Reply }>();
  readonly #links = new Map<string, string>();

  private constructor() {
    const server = createServer((request, response) => void this.#serve(request, response));
    super(server);
  }

  static async start(): Promise<MobileHostSimulator> {
    const host = new MobileHostSimulator();
    await host.resume();
    return host;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
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
    this.forgetLate();
    this.faultFor = () => undefined;
    this.faultForLook = () => undefined;
    this.refusal = undefined;
    this.isAsynchronous = false;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const { pathname, searchParams } = new URL(url, 'http://host');
    this.heard.push(`${method} ${pathname}`);
    if (request.headers['x-api-key'] !== API_KEY)
      send(response, { ...errorOf('authorisation', 'clientAuthorisationError'), status: 401 });
    else if (method === 'GET') {
      const fault = this.faultForLook(pathname);
      this.#answerBy(fault, response, this.#show(pathname, searchParams));
    } else {
      const body = posted.parse(await bodyOf(request));
      const fault = this.faultFor(pathname);
      const id = request.headers['x-correlationid'] as string;
      const reply = doesIt(fault) ? this.#once(id, pathname, body) : NOTHING_DONE;
      const isPending = this.isAsynchronous && fault === undefined;
      this.#answerBy(fault, response, isPending ? this.#pending(reply, 2) : reply);
    }
  }

  #answerBy(fault: Fault | undefined, response: ServerResponse, reply: Reply): void {
    const answer = (): void => send(response, reply);
    const ways: Record<AnswerWay, () => void> = {
      well: () => {
        answer();
        this.answerLate();
      },
      never: () => undefined,
      late: () => this.answerLater(answer),
      twice: () => {
        const raw = rawOf(reply);
        response.socket?.end(raw + raw);
      },
      garbage: () => response.end('<html>proxy</html>'),
      'too long': () => response.end(JSON.stringify('x'.repeat(TOO_MANY))),
      'too short': () => response.socket?.write(rawOf(reply, MORE)),
      pieces: () => inPieces(response, rawOf(reply)),
      close: () => response.destroy(),
      reset: () => response.socket?.resetAndDestroy(),
      stop: () => void this.stop(),
      unavailable: () => send(response, NOTHING_DONE),
      broken: () => send(response, { ...errorOf('internal', 'genericError'), status: 500 }),
      limited: () => send(response, { ...errorOf('internal', 'rateLimitError'), status: 429 }),
      undecided: () => send(response, this.#pending(reply, UNDECIDED_LOOKS)),
    };
    ways[wayOf(fault)]();
  }

  #pending(reply: Reply, looks: number): Reply {
    const id = randomUUID();
    this.#states.set(id, { looks, reply });
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
