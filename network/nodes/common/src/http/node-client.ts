// SPDX-License-Identifier: Apache-2.0
// Calls a node's operations from another process, over HTTPS with a client certificate: one method for each operation of its table.
import { Agent, request, type RequestOptions } from 'node:https';
import * as z from 'zod';
import { CodedError, NodeError } from './node-error.js';
import {
  isEventsOutput,
  isFileOutput,
  pathFields,
  readsQuery,
  type Operation,
  type OperationInput,
  type OperationOutput,
  type Operations,
  type ServerEvent,
} from './operation.js';
import type { Readiness } from './links.js';
import { PROBES } from './probes.js';
import { readEvents } from './read-events.js';

export interface NodeClientOptions {
  /** For example `https://127.0.0.1:7443`. */
  readonly url: string;
  /** PEM texts: the root of the server's certificate, the client's own certificate and key. */
  readonly root: string;
  readonly cert: string;
  readonly key: string;
  /** Name in the server's certificate, if it differs from the host. */
  readonly serverName?: string;
  /** Time limit of a call in milliseconds. The default, 90,000, is longer than a node tries to reach the ledger. */
  readonly timeoutMs?: number;
}

/** What a call carries besides its input. */
export interface CallOptions {
  /** For operations that need one. */
  readonly idempotencyKey?: string;
  /** For operations that answer events: the last one that the caller had. */
  readonly lastEventId?: string;
  /** For operations that answer events: ends them. */
  readonly signal?: AbortSignal;
}

type CallOf<O extends Operation> = (
  input: OperationInput<O>,
  options?: CallOptions,
) => Promise<OperationOutput<O>>;

/** One method for each operation, and what every node has. */
export type NodeClient<Table extends Operations> = {
  readonly [Name in keyof Table]: CallOf<Table[Name]>;
} & {
  /** @throws {NodeError} SERVICE_UNREACHABLE when the process does not answer. */
  health(): Promise<void>;
  /** @throws {CodedError} NOT_READY when something that the node needs does not answer. */
  ready(): Promise<Readiness>;
  /** The figures, in the text format of Prometheus. */
  metrics(): Promise<string>;
  /** Closes the connections. */
  close(): void;
};

type Fields = Readonly<Record<string, unknown>>;

interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

const refusal = z.object({
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  field: z.string().optional(),
  retryAfterSeconds: z.number().exactOptional(),
});

const readyAnswer = PROBES.ready.output;

const DEFAULT_TIMEOUT_MS = 90_000;

const queryText = (value: unknown): string => (Array.isArray(value) ? value.join() : String(value));

/** @returns the request of an operation, with the parameters in the path and the rest as query or body. */
function toRequest(
  operation: Operation,
  input: Fields,
  { idempotencyKey }: CallOptions,
): HttpRequest {
  const { method, path } = operation;
  const inPath = new Set(pathFields(operation));
  const filled = path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(input[name])),
  );
  const rest = Object.entries(input).filter(
    ([name, value]) => !inPath.has(name) && value !== undefined,
  );
  const headers: Record<string, string> =
    idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
  if (!readsQuery(operation))
    return { method, path: filled, headers, body: JSON.stringify(Object.fromEntries(rest)) };
  const fields = Object.fromEntries(rest.map(([name, value]) => [name, queryText(value)]));
  const query = new URLSearchParams(fields).toString();
  return { method, headers, path: query === '' ? filled : `${filled}?${query}` };
}

async function textOf(response: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toError({ status, text }: HttpAnswer): CodedError {
  const parsed = refusal.safeParse(parseJson(text));
  if (!parsed.success) return new NodeError('SERVICE_UNREACHABLE');
  const { code, message: meaning, remedy, ...facts } = parsed.data;
  return new CodedError(code, { status, meaning, remedy }, facts);
}

/** A connection to one node. */
class Caller {
  readonly #agent: Agent;
  readonly #options: NodeClientOptions;

  constructor(options: NodeClientOptions) {
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

  async call(operation: Operation, input: Fields, options: CallOptions): Promise<unknown> {
    if (isEventsOutput(operation.output)) return this.#events(operation, input, options);
    const answer = await this.#send(toRequest(operation, input, options)).catch(
      (error: unknown) => {
        throw new NodeError('SERVICE_UNREACHABLE', undefined, error);
      },
    );
    if (answer.status !== 200) throw toError(answer);
    // A node's answers are its own: both sides are of one version and one organisation.
    return isFileOutput(operation.output) ? answer.text : parseJson(answer.text);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Resolves when the node has begun to answer. A connection of its own for each. */
  #events(
    operation: Operation,
    input: Fields,
    { lastEventId, signal }: CallOptions,
  ): Promise<AsyncIterable<ServerEvent>> {
    return new Promise((resolve, reject) => {
      const call = toRequest(operation, input, {});
      const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
      const options = { ...this.#requestOptions({ ...call, headers }), signal };
      const sent = request(new URL(call.path, this.#options.url), options, (response) => {
        if (response.statusCode === 200) resolve(readEvents(response));
        else
          textOf(response).then(
            (text) => reject(toError({ status: response.statusCode ?? 0, text })),
            reject,
          );
      });
      sent.on('error', (error) => reject(new NodeError('SERVICE_UNREACHABLE', undefined, error)));
      sent.end();
    });
  }

  #send(call: HttpRequest): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const url = new URL(call.path, this.#options.url);
      const sent = request(url, this.#requestOptions(call), (response) => {
        textOf(response).then(
          (text) => resolve({ status: response.statusCode ?? 0, text }),
          reject,
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

  #requestOptions({ method, body, headers }: HttpRequest): RequestOptions {
    const content = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body ?? ''),
    };
    return {
      method,
      agent: this.#agent,
      signal: AbortSignal.timeout(this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
      headers: { ...headers, ...(body !== undefined && content) },
    };
  }
}

/** @returns a client of the node that serves this table. All calls may be repeated. */
export function nodeClient<Table extends Operations>(
  table: Table,
  options: NodeClientOptions,
): NodeClient<Table> {
  const caller = new Caller(options);
  const call =
    (operation: Operation) =>
    (input: Fields = {}, callOptions: CallOptions = {}) =>
      caller.call(operation, input, callOptions);
  const methods = Object.entries(table).map(([name, operation]) => [name, call(operation)]);
  return {
    ...Object.fromEntries(methods),
    health: async () => {
      await call(PROBES.health)();
    },
    ready: async () => readyAnswer.parse(await call(PROBES.ready)()).links,
    metrics: call(PROBES.metrics),
    close: () => caller.close(),
  } as NodeClient<Table>;
}
