// SPDX-License-Identifier: Apache-2.0
// Calls the bank's operations from another process: the same methods as the service, over HTTPS with a client certificate.
import { Agent, request, type RequestOptions } from 'node:https';
import * as z from 'zod';
import { BankError, isBankErrorCode } from '../bank-error.js';
import type { BankInput, OperationName } from '../inputs.js';
import type { BankOperations } from '../operations.js';
import { HEALTH, ROUTES, type Route } from './routes.js';

export interface BankClientOptions {
  /** For example `https://127.0.0.1:7443`. */
  readonly url: string;
  /** PEM texts: the root of the server's certificate, the client's own certificate and key. */
  readonly root: string;
  readonly cert: string;
  readonly key: string;
  /** Name in the server's certificate, if it differs from the host. */
  readonly serverName?: string;
  /** Time limit of a call in milliseconds. The default, 90,000, is longer than the service tries to reach the ledger. */
  readonly timeoutMs?: number;
}

type Result<Name extends OperationName> = ReturnType<BankOperations[Name]>;

type Fields = Readonly<Record<string, unknown>>;

interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

const refusal = z.object({ code: z.string(), field: z.string().optional() });

const DEFAULT_TIMEOUT_MS = 90_000;

const queryText = (value: unknown): string => (Array.isArray(value) ? value.join() : String(value));

/** @returns the request of a route, with the parameters in the path and the rest as query or body. */
function toRequest({ method, path }: Route, input: Fields): HttpRequest {
  const inPath = new Set([...path.matchAll(/:(\w+)/g)].map(([, name]) => name));
  const filled = path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(input[name])),
  );
  const rest = Object.entries(input).filter(
    ([name, value]) => !inPath.has(name) && value !== undefined,
  );
  if (method !== 'GET')
    return { method, path: filled, body: JSON.stringify(Object.fromEntries(rest)) };
  const fields = Object.fromEntries(rest.map(([name, value]) => [name, queryText(value)]));
  const query = new URLSearchParams(fields).toString();
  return { method, path: query === '' ? filled : `${filled}?${query}` };
}

function toError({ text }: HttpAnswer): BankError {
  const parsed = refusal.safeParse(parseJson(text));
  if (!parsed.success || !isBankErrorCode(parsed.data.code))
    return new BankError('SERVICE_UNREACHABLE');
  return new BankError(parsed.data.code, parsed.data.field);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Throws `BankError` like the service, and `SERVICE_UNREACHABLE` when there is no answer. All calls may be repeated. */
export class BankClient implements BankOperations {
  readonly #agent: Agent;
  readonly #options: BankClientOptions;

  constructor(options: BankClientOptions) {
    const { root, cert, key, serverName } = options;
    this.#options = options;
    this.#agent = new Agent({
      keepAlive: true,
      ca: root,
      cert,
      key,
      minVersion: 'TLSv1.3',
      ...(serverName !== undefined && { servername: serverName }),
    });
  }

  enrol(input: BankInput<'enrol'>): Result<'enrol'> {
    return this.#call('enrol', input);
  }

  updateProfile(input: BankInput<'updateProfile'>): Result<'updateProfile'> {
    return this.#call('updateProfile', input);
  }

  registerDevice(input: BankInput<'registerDevice'>): Result<'registerDevice'> {
    return this.#call('registerDevice', input);
  }

  openLogin(input: BankInput<'openLogin'>): Result<'openLogin'> {
    return this.#call('openLogin', input);
  }

  beginAuthentication(input: BankInput<'beginAuthentication'>): Result<'beginAuthentication'> {
    return this.#call('beginAuthentication', input);
  }

  submitPassword(input: BankInput<'submitPassword'>): Result<'submitPassword'> {
    return this.#call('submitPassword', input);
  }

  submitCode(input: BankInput<'submitCode'>): Result<'submitCode'> {
    return this.#call('submitCode', input);
  }

  complete(input: BankInput<'complete'>): Result<'complete'> {
    return this.#call('complete', input);
  }

  beginStepUp(input: BankInput<'beginStepUp'>): Result<'beginStepUp'> {
    return this.#call('beginStepUp', input);
  }

  completeProfile(input: BankInput<'completeProfile'>): Result<'completeProfile'> {
    return this.#call('completeProfile', input);
  }

  beginChange(input: BankInput<'beginChange'>): Result<'beginChange'> {
    return this.#call('beginChange', input);
  }

  cancelChange(input: BankInput<'cancelChange'>): Result<'cancelChange'> {
    return this.#call('cancelChange', input);
  }

  listChanges(input: BankInput<'listChanges'>): Result<'listChanges'> {
    return this.#call('listChanges', input);
  }

  startRecovery(input: BankInput<'startRecovery'>): Result<'startRecovery'> {
    return this.#call('startRecovery', input);
  }

  confirmRecovery(input: BankInput<'confirmRecovery'>): Result<'confirmRecovery'> {
    return this.#call('confirmRecovery', input);
  }

  stopChange(input: BankInput<'stopChange'>): Result<'stopChange'> {
    return this.#call('stopChange', input);
  }

  offerAddresses(input: BankInput<'offerAddresses'>): Result<'offerAddresses'> {
    return this.#call('offerAddresses', input);
  }

  attempts(input: BankInput<'attempts'>): Result<'attempts'> {
    return this.#call('attempts', input);
  }

  listLogins(input: BankInput<'listLogins'>): Result<'listLogins'> {
    return this.#call('listLogins', input);
  }

  listPurchases(input: BankInput<'listPurchases'>): Result<'listPurchases'> {
    return this.#call('listPurchases', input);
  }

  recordPurchase(input: BankInput<'recordPurchase'>): Result<'recordPurchase'> {
    return this.#call('recordPurchase', input);
  }

  /** @throws {BankError} when the service does not work. */
  async health(): Promise<void> {
    await this.#ask({ method: HEALTH.method, path: HEALTH.path });
  }

  /** Closes the connections. */
  close(): void {
    this.#agent.destroy();
  }

  // The service's answers are its own: both sides are of one version and one organisation.
  async #call<Name extends OperationName>(
    name: Name,
    input: BankInput<Name>,
  ): Promise<Awaited<Result<Name>>> {
    return (await this.#ask(toRequest(ROUTES[name], input))) as Awaited<Result<Name>>;
  }

  async #ask(call: HttpRequest): Promise<unknown> {
    const answer = await this.#send(call).catch((error: unknown) => {
      throw new BankError('SERVICE_UNREACHABLE', undefined, error);
    });
    if (answer.status !== 200) throw toError(answer);
    return parseJson(answer.text);
  }

  #send(call: HttpRequest): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const url = new URL(call.path, this.#options.url);
      const sent = request(url, this.#requestOptions(call), (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // The server closed an idle connection just when the client used it again. Nothing was read, so a new connection is safe.
        if (sent.reusedSocket && error.code === 'ECONNRESET')
          this.#send(call).then(resolve, reject);
        else reject(error);
      });
      sent.end(call.body);
    });
  }

  #requestOptions({ method, body }: HttpRequest): RequestOptions {
    return {
      method,
      agent: this.#agent,
      signal: AbortSignal.timeout(this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      }),
    };
  }
}
