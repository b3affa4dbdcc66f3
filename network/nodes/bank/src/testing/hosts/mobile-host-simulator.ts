// SPDX-License-Identifier: Apache-2.0
// A mobile-money host for tests and for the sample: a real HTTP server with accounts, which misbehaves as it is told, and keeps its own
// record of what it did.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { formatAmount, parseDecimal } from '@fabric-offline-pay/domain';
import * as z from 'zod';
import { doesIt, wayOf, type AnswerWay, type Fault } from './faults.js';
import { SimulatedHost, type NewAccount } from './simulated-host.js';

const party = z.array(z.object({ key: z.string(), value: z.string() })).length(1);
export const posted = z.object({
  type: z.string(),
  amount: z.string().regex(/^\d+(\.\d+)?$/),
  currency: z.string().length(3),
  requestingOrganisationTransactionReference: z.string(),
  debitParty: party.optional(),
  creditParty: party.optional(),
});

export type Posted = z.output<typeof posted>;

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

interface Made {
  readonly reference: string;
  readonly request: Posted;
  readonly original: string | undefined;
  readonly amount: bigint;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What somebody asks the host to do. */
interface Asked {
  /** Of correlation. */
  readonly id: string;
  readonly path: string;
  readonly body: Posted;
  /** Under this time it is booked: milliseconds since 1970. */
  readonly at: number;
}

/** What changed the host's accounts. The same events in the same order make the same host. */
export type MobileEvent =
  | { readonly event: 'opened'; readonly account: NewAccount }
  /** It was carried out for the first time. */
  | ({ readonly event: 'done' } & Asked);

export interface MobileHostOptions {
  /** Where it listens; any free port unless given. */
  readonly port?: number;
  readonly apiKey?: string;
  /** Told of each event before anybody gets an answer. */
  readonly keep?: (event: MobileEvent) => void;
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

const NAMING = 'MM-';

const NOTHING_DONE: Reply = { status: 503, body: {} };

/** Longer than anybody waits. */
const UNDECIDED_LOOKS = 20;
/** Octets that are said to come and never do. */
const MORE = 40;
/** More than the bank reads. */
const TOO_MANY = 2 ** 21;

/** `X-Date` is when the other side asked. */
function namesOf({ headers }: IncomingMessage): Pick<Asked, 'id' | 'at'> {
  const at = Date.parse(String(headers['x-date']));
  return { id: String(headers['x-correlationid']), at: Number.isNaN(at) ? Date.now() : at };
}

/** @param from of ISO 8601; without it there is no beginning */
const isWithin = (at: number, from: string | null, to: string | null): boolean =>
  (from === null || Date.parse(from) <= at) && (to === null || at <= Date.parse(to));

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

/** @returns undefined for what is no JSON, or did not come as a whole */
export async function bodyOf(request: IncomingMessage): Promise<unknown> {
  try {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
  /** What its transactions say instead of what was moved. */
  says: Readonly<Record<string, unknown>> = {};
  /** Status of the answer when it is asked for a transaction; it shows transactions unless told. */
  hides: number | undefined;
  /** What its references begin with. */
  naming = NAMING;
  /** Answers 202 and decides at the second look. */
  isAsynchronous = false;
  readonly made: Made[] = [];
  readonly #replies = new Map<string, Reply>();
  readonly #states = new Map<string, { looks: number; reply: Reply }>();
  readonly #currencies = new Map<string, string>();
  readonly #apiKey: string;
  readonly #keep: (event: MobileEvent) => void;
  #now = 0;

  private constructor({ port, apiKey = API_KEY, keep = () => undefined }: MobileHostOptions) {
    const server = createServer((request, response) => void this.#serve(request, response));
    super(server, { port });
    this.#apiKey = apiKey;
    this.#keep = keep;
  }

  /** @param past events that it kept before */
  static async start(
    options: MobileHostOptions = {},
    past: readonly MobileEvent[] = [],
  ): Promise<MobileHostSimulator> {
    const host = new MobileHostSimulator(options);
    for (const event of past) host.#happen(event);
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

  /** Does nothing when it was opened before, whatever its balance is now. */
  open(account: NewAccount): void {
    if (this.accounts.has(account.token)) return;
    const event: MobileEvent = { event: 'opened', account };
    this.#keep(event);
    this.#happen(event);
  }

  reset(): void {
    for (const map of [this.accounts, this.#currencies, this.#replies, this.#states]) map.clear();
    this.made.length = 0;
    this.heard.length = 0;
    this.forgetLate();
    this.faultFor = () => undefined;
    this.faultForLook = () => undefined;
    this.refusal = undefined;
    this.says = {};
    this.hides = undefined;
    this.naming = NAMING;
    this.isAsynchronous = false;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const { pathname, searchParams } = new URL(url, 'http://host');
    this.heard.push(`${method} ${pathname}`);
    if (request.headers['x-api-key'] !== this.#apiKey)
      send(response, { ...errorOf('authorisation', 'clientAuthorisationError'), status: 401 });
    else if (method === 'GET') {
      const fault = this.faultForLook(pathname);
      this.#answerBy(fault, response, this.#show(pathname, searchParams));
    } else {
      const read = posted.safeParse(await bodyOf(request));
      if (!read.success) {
        send(response, errorOf('validation', 'formatError'));
        return;
      }
      const { data: body } = read;
      const fault = this.faultFor(pathname);
      const reply = doesIt(fault)
        ? this.#once({ ...namesOf(request), path: pathname, body })
        : NOTHING_DONE;
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
  #once(request: Asked): Reply {
    const { id } = request;
    const before = this.#replies.get(id);
    if (before !== undefined && before.status < 400)
      return errorOf('businessRule', 'duplicateRequest');
    if (before !== undefined) return before;
    if (this.refusal !== undefined) {
      const refused = errorOf('businessRule', this.refusal);
      this.#replies.set(id, refused);
      return refused;
    }
    const event: MobileEvent = { event: 'done', ...request };
    this.#keep(event);
    this.#happen(event);
    return this.#replies.get(id) ?? NOTHING_DONE;
  }

  #happen(event: MobileEvent): void {
    if (event.event === 'opened') {
      const { token, currency, balance } = event.account;
      this.#currencies.set(token, currency);
      this.accounts.set(token, BigInt(balance));
      return;
    }
    this.#now = event.at;
    this.#replies.set(event.id, this.#do(event.path, event.body));
  }

  #do(path: string, request: Posted): Reply {
    const amount = BigInt(parseDecimal(request.amount, request.currency));
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
    // Accounts that a test sets by itself take every currency.
    const isOfCurrency = [undefined, request.currency].includes(this.#currencies.get(token));
    if (balance === undefined || !isOfCurrency) return UNKNOWN;
    const after = balance + sign * amount;
    if (after < 0n) return errorOf('businessRule', 'insufficientFunds');
    this.accounts.set(token, after);
    const reference = `${this.naming}${(this.made.length + 1).toString()}`;
    this.made.push({ reference, request, original, amount, at: this.#now });
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
        amount: formatAmount(made.amount.toString(), made.request.currency),
        transactionReference: reference,
        transactionStatus: 'completed',
        ...this.says,
      }
    );
  }

  #show(path: string, query: URLSearchParams): Reply {
    const [, what = '', id = ''] = path.split('/');
    if (what === 'transactions' && this.hides !== undefined)
      return { ...UNKNOWN, status: this.hides };
    const ways: Record<string, () => unknown> = {
      heartbeat: () => ({ serviceStatus: 'available' }),
      responses: () => this.#linkOf(id),
      requeststates: () => this.#stateOf(id),
      transactions: () => this.#transaction(id),
      accounts: () => this.#page(query),
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

  #page(query: URLSearchParams): unknown {
    const [offset, limit] = [Number(query.get('offset')), Number(query.get('limit'))];
    const [from, to] = [query.get('fromDateTime'), query.get('toDateTime')];
    return this.made
      .filter(({ at }) => isWithin(at, from, to))
      .slice(offset, offset + limit)
      .map(({ reference }) => this.#transaction(reference));
  }
}
