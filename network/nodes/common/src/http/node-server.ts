// SPDX-License-Identifier: Apache-2.0
// Serves a node's operations over HTTPS with client certificates. Logs method, route and status, never a body, a query or an address.
import { STATUS_CODES } from 'node:http';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type * as z from 'zod';
import type { Doorkeeper, Visitor } from './doorkeeper.js';
import { EventStreams } from './event-stream.js';
import type { IdempotentCalls } from './idempotency.js';
import { statusOf, type Readiness } from './links.js';
import type { NodeMetrics } from './metrics.js';
import { factsOf, framesOf, NodeError, toCodedError } from './node-error.js';
import { IDEMPOTENCY_KEY_PATTERN, openApi, type ApiDescription } from './open-api.js';
import {
  isEventsOutput,
  isFileOutput,
  type EventsAnswer,
  pathFields,
  readsQuery,
  type FileAnswer,
  type Handlers,
  type Operation,
  type Operations,
} from './operation.js';
import { parseWith } from './parse-input.js';
import { PROBES } from './probes.js';
import type { Timeouts } from './timeouts.js';

/** PEM texts. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  /** Client certificates must be issued by one of these. */
  readonly clientRoots: readonly string[];
}

export interface NodeServerOptions<Table extends Operations, Context> {
  readonly api: ApiDescription & { readonly operations: Table };
  readonly handlers: Handlers<Table, Context>;
  /** Called for each admitted request. @throws a refusal, for instance when the caller has reached a cap */
  readonly contextOf: (visitor: Visitor) => Context;
  readonly tls: ServerTls;
  readonly doorkeeper: Doorkeeper;
  readonly timeouts: Timeouts;
  readonly logger: FastifyBaseLogger;
  readonly metrics: NodeMetrics;
  /** Asks each thing that the node needs. */
  readonly readiness: () => Promise<Readiness>;
  /** Called before the figures are read. */
  readonly updateMetrics?: () => Promise<void>;
  /** For tables with operations that need a key. */
  readonly idempotentCalls?: IdempotentCalls;
}

export type NodeServer = FastifyInstance<Server>;

/** How often the server looks for connections that exceed a time limit. */
const LOOK_MS = 1_000;

const DEFAULT_BODY_KIB = 64;

/** Node.js takes no longer request line. */
const LONGEST_PARAMETER = 16_384;

/** What a caller could try on a path. */
const METHODS = ['GET', 'HEAD', 'QUERY', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

type Fields = Readonly<Record<string, unknown>>;

/** A caller that was let in, and the context of its call. */
interface Admitted<Context> {
  readonly visitor: Visitor;
  readonly context: Context;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The roles that may call the route; without them, nobody may. */
    readonly roles?: readonly string[];
    /** The methods of a path that is called with another. */
    readonly allowed?: readonly string[];
  }
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function bodyOf({ body }: FastifyRequest): Fields {
  if (body !== undefined && !isObject(body)) throw new NodeError('INPUT_INVALID', 'body');
  return body ?? {};
}

/**
 * Each field has one place: the path, and either the query or the body.
 * @throws {NodeError} INPUT_INVALID when a field stands in another, so that a body cannot name another object than its path.
 */
function inputOf(operation: Operation, request: FastifyRequest): Fields {
  const [query, body] = [request.query as Fields, bodyOf(request)];
  const [fields, unread] = readsQuery(operation) ? [query, body] : [body, query];
  const isMisplaced =
    Object.keys(unread).length > 0 ||
    pathFields(operation).some((name) => Object.hasOwn(fields, name));
  if (isMisplaced) throw new NodeError('INPUT_INVALID', 'unknown');
  return { ...fields, ...(request.params as Fields) };
}

const KEY = new RegExp(IDEMPOTENCY_KEY_PATTERN);

function keyOf({ headers }: FastifyRequest): string {
  const key = headers['idempotency-key'];
  if (typeof key !== 'string' || !KEY.test(key)) throw new NodeError('IDEMPOTENCY_KEY_MISSING');
  return key;
}

/** An answer that does not fit its schema is a defect: the caller gets INTERNAL, and the log says where. */
function checkedAnswer(schema: z.ZodType, answer: unknown): unknown {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new Error(`The answer does not fit its schema at ${places}.`);
}

function sendFile(reply: FastifyReply, { contentType, fileName, body }: FileAnswer): FastifyReply {
  const isPlain = typeof body === 'string' || body instanceof Uint8Array;
  return reply
    .header('content-type', contentType)
    .header('content-disposition', `attachment; filename="${fileName}"`)
    .send(isPlain ? body : Readable.from(body));
}

/** @returns the roles of everybody who may call something: they may ask how the node is, and learn that a path does not exist. */
export const rolesOfAll = (operations: Operations): readonly string[] => [
  ...new Set(Object.values(operations).flatMap(({ roles }) => roles)),
];

class Routes<Table extends Operations, Context> {
  readonly #options: NodeServerOptions<Table, Context>;
  readonly #everybody: readonly string[];
  readonly #admitted = new WeakMap<FastifyRequest, Admitted<Context>>();
  readonly #streams: EventStreams;

  constructor(options: NodeServerOptions<Table, Context>) {
    this.#options = options;
    this.#everybody = rolesOfAll(options.api.operations);
    this.#streams = new EventStreams({
      heartbeatMs: options.timeouts.heartbeatMs,
      failed: (error) => options.logger.warn(factsOf(error), 'stream of events failed'),
    });
  }

  /** @throws a refusal to whoever has none of the roles, or may not call any more. */
  admit(request: FastifyRequest, roles: readonly string[]): void {
    const { doorkeeper, contextOf } = this.#options;
    const visitor = doorkeeper.admit(request.raw.socket, roles);
    this.#admitted.set(request, { visitor, context: contextOf(visitor) });
  }

  /** Runs before a body is read, for existing and unknown paths. */
  guard(server: NodeServer): void {
    server.addHook('preClose', (done) => {
      this.#streams.close();
      this.#cutLate(server);
      done();
    });
    server.addHook('onRequest', (request, _reply, done) => {
      this.admit(request, this.#rolesOf(request));
      const { allowed } = request.routeOptions.config;
      if (allowed !== undefined) throw new MethodNotAllowed(allowed);
      done();
    });
  }

  /** A caller that does not read its answer would hold the server for ever. */
  #cutLate({ server }: NodeServer): void {
    const { endMs } = this.#options.timeouts;
    const cut = setTimeout(() => server.closeAllConnections(), endMs);
    server.once('close', () => clearTimeout(cut));
  }

  addAll(server: NodeServer): void {
    const { operations } = this.#options.api;
    for (const [name, operation] of Object.entries(operations))
      this.#add(server, operation, (request) => this.#call(name, operation, request));
    this.#addProbes(server);
    this.#refuseOtherMethods(server, [...Object.values(operations), ...Object.values(PROBES)]);
  }

  /** A path that exists says which methods it has. */
  #refuseOtherMethods(server: NodeServer, all: readonly Operation[]): void {
    for (const path of new Set(all.map((operation) => operation.path))) {
      const methods = all.filter((each) => each.path === path).map(({ method }) => method);
      const allowed: string[] = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
      server.route({
        method: METHODS.filter((method) => !allowed.includes(method)),
        url: path,
        config: { roles: this.#everybody, allowed },
        handler: () => Promise.reject(new MethodNotAllowed(allowed)),
      });
    }
  }

  #addProbes(server: NodeServer): void {
    const { api, metrics, readiness, updateMetrics } = this.#options;
    const document = JSON.stringify(openApi(api), undefined, 2);
    this.#addProbe(server, PROBES.health, () => Promise.resolve({ status: 'ok' }));
    this.#addProbe(server, PROBES.ready, async () => {
      const links = await readiness();
      for (const [name, state] of Object.entries(links)) metrics.linkAnswers(name, state.answers);
      const status = statusOf(links);
      if (status === 'not ready') throw new NotReady(links);
      return { status, links };
    });
    this.#addProbe(server, PROBES.metrics, async () => {
      await updateMetrics?.();
      const body = await metrics.registry.metrics();
      return { contentType: 'text/plain; charset=utf-8', fileName: 'metrics.txt', body };
    });
    const openApiFile = { contentType: 'application/json', fileName: 'openapi.json' };
    this.#addProbe(server, PROBES.api, () => Promise.resolve({ ...openApiFile, body: document }));
  }

  #addProbe(server: NodeServer, operation: Operation, answer: () => Promise<unknown>): void {
    const probe = { ...operation, roles: this.#everybody };
    this.#add(server, probe, (request) => {
      parseWith(operation.input, inputOf(operation, request));
      return answer();
    });
  }

  #add(
    server: NodeServer,
    { method, path, roles, bodyKiB = DEFAULT_BODY_KIB, output }: Operation,
    answer: (request: FastifyRequest) => Promise<unknown>,
  ): void {
    server.route({
      method,
      url: path,
      bodyLimit: bodyKiB * 1024,
      config: { roles },
      handler: async (request, reply) => {
        const answered = await answer(request);
        if (isEventsOutput(output))
          return this.#sendEvents(request, reply, answered as EventsAnswer, roles);
        return isFileOutput(output)
          ? sendFile(reply, answered as FileAnswer)
          : checkedAnswer(output, answered);
      },
    });
  }

  #sendEvents(
    request: FastifyRequest,
    reply: FastifyReply,
    answer: EventsAnswer,
    roles: readonly string[],
  ): FastifyReply {
    const { doorkeeper } = this.#options;
    const { socket } = request.raw;
    return this.#streams.send(request, reply, answer, {
      name: this.#callerOf(request).visitor.name,
      ensureAdmitted: () => doorkeeper.admit(socket, roles),
    });
  }

  #call(name: string, operation: Operation, request: FastifyRequest): Promise<unknown> {
    const { visitor, context } = this.#callerOf(request);
    const { handlers, idempotentCalls } = this.#options;
    const key = operation.idempotencyKey === true ? keyOf(request) : undefined;
    const given = inputOf(operation, request);
    const input = parseWith(operation.input, given);
    const handle = handlers[name] as (context: Context, input: unknown) => Promise<unknown>;
    if (key === undefined) return handle(context, input);
    if (idempotentCalls === undefined) throw new Error('The node keeps no answers.');
    const call = { caller: visitor.name, key, operation: name, input: given };
    return idempotentCalls.once(call, () => handle(context, input));
  }

  #callerOf(request: FastifyRequest): Admitted<Context> {
    const admitted = this.#admitted.get(request);
    if (admitted === undefined) throw new NodeError('ACCESS_DENIED');
    return admitted;
  }

  #rolesOf({ is404, routeOptions }: FastifyRequest): readonly string[] {
    return is404 ? this.#everybody : (routeOptions.config.roles ?? []);
  }
}

/** Carries which methods the path has. */
class MethodNotAllowed extends NodeError {
  constructor(readonly allowed: readonly string[]) {
    super('METHOD_NOT_ALLOWED');
  }
}

/** Carries which links do not answer. */
class NotReady extends NodeError {
  constructor(readonly links: Readiness) {
    super('NOT_READY');
  }

  override toRefusal() {
    return { ...super.toRefusal(), links: this.links };
  }
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = toCodedError(error);
  const { code, status } = refusal;
  if (status >= 500)
    request.log.error({ code, frames: framesOf(refusal.cause ?? error) }, 'failed');
  if (refusal instanceof MethodNotAllowed) reply.header('allow', refusal.allowed.join(', '));
  if (refusal.retryAfterSeconds !== undefined)
    reply.header('retry-after', refusal.retryAfterSeconds);
  return reply.code(status).type('application/json').send(refusal.toRefusal());
}

/** Of Node's parser: there is a connection, and what came over it is no HTTP. */
const PARSER_ERROR = /^HPE_/;

/**
 * A request that is no HTTP. Nobody was let in yet, so that every caller learns the same. Whoever is only too slow, in the handshake or
 * later, gets no answer.
 */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!PARSER_ERROR.test(error.code ?? '') || !socket.writable) {
    socket.destroy();
    return;
  }
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const refusal = new NodeError(tooLarge ? 'REQUEST_TOO_LARGE' : 'INPUT_INVALID');
  const body = JSON.stringify(refusal.toRefusal());
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.write([...head, '', body].join('\r\n'));
  socket.destroySoon();
}

function noteAnswer(request: FastifyRequest, reply: FastifyReply, metrics: NodeMetrics): void {
  const { method } = request;
  // The pattern, not the path.
  const route = request.routeOptions.url ?? 'unknown';
  const { statusCode: status, elapsedTime } = reply;
  metrics.answered({ method, route, status, seconds: elapsedTime / 1000 });
  request.log.info({ method, route, status, ms: Math.round(elapsedTime) }, 'answered');
}

const tlsOptions = (tls: ServerTls, timeouts: Timeouts) => ({
  cert: tls.cert,
  key: tls.key,
  ca: [...tls.clientRoots],
  requestCert: true,
  rejectUnauthorized: true,
  minVersion: 'TLSv1.3' as const,
  handshakeTimeout: timeouts.handshakeMs,
  headersTimeout: timeouts.headersMs,
  // By default, Node.js looks only every 30 s.
  connectionsCheckingInterval: LOOK_MS,
});

/** @returns the server, not yet listening. TLS 1.3 only, both ways. */
export function nodeServer<Table extends Operations, Context>(
  options: NodeServerOptions<Table, Context>,
): NodeServer {
  const { tls, timeouts, logger, metrics } = options;
  const routes = new Routes(options);
  /** Paths that the router cannot read pass the door, too: strangers learn nothing about them. */
  const refusalAtDoor = (error: Error, request: FastifyRequest): unknown => {
    try {
      routes.admit(request, rolesOfAll(options.api.operations));
      return error;
    } catch (refusal) {
      return refusal;
    }
  };
  const server = fastify({
    https: tlsOptions(tls, timeouts),
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: timeouts.idleMs,
    forceCloseConnections: 'idle',
    clientErrorHandler: refuseGarbage,
    // Schemas say how long a parameter may be.
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    frameworkErrors: (error, request, reply) => {
      void answerError(refusalAtDoor(error, request), request, reply);
    },
  });
  server.removeContentTypeParser('text/plain');
  server.setErrorHandler(answerError);
  server.setNotFoundHandler((request, reply) =>
    answerError(new NodeError('NOT_FOUND', 'path'), request, reply),
  );
  routes.guard(server);
  server.addHook('onResponse', async (request, reply) => noteAnswer(request, reply, metrics));
  server.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  routes.addAll(server);
  return server;
}
