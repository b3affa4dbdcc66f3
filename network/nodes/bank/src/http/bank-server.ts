// SPDX-License-Identifier: Apache-2.0
// Serves the operations over HTTPS with client certificates. Logs method, route and status, never a body, a query or an address.
import type { Server } from 'node:https';
import {
  fastify,
  LogController,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { FastifyBaseLogger } from 'fastify';
import { BankError } from '../bank-error.js';
import type { BankRole, Caller } from '../caller.js';
import { CapReached, type Spending } from '../caps.js';
import type { OperationName } from '../inputs.js';
import type { Timeouts } from '../limits.js';
import type { BankOperations } from '../operations.js';
import type { Doorkeeper } from './doorkeeper.js';
import { framesOf, toAnswer, toBankError } from './refusals.js';
import { HEALTH, ROUTES, type Route } from './routes.js';

/** PEM texts. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  /** Client certificates must be issued by one of these. */
  readonly clientRoots: readonly string[];
}

export interface BankServerOptions {
  /** The operations for this caller. */
  readonly operationsFor: (caller: Caller) => BankOperations;
  readonly tls: ServerTls;
  readonly doorkeeper: Doorkeeper;
  readonly spending: Spending;
  readonly timeouts: Timeouts;
  readonly logger: FastifyBaseLogger;
  /** Rejects while the service cannot work. */
  readonly healthy: () => Promise<void>;
}

export type BankServer = FastifyInstance<Server>;

/** How often the server looks for connections that exceed a time limit. */
const LOOK_MS = 1_000;

type Fields = Readonly<Record<string, unknown>>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The roles that may call the route; without them, nobody may. */
    readonly roles?: readonly BankRole[];
  }
  interface FastifyRequest {
    caller: Caller | null;
  }
}

/** Parameters of the path come last, so that a body cannot name another customer than its path. */
const requestInput = ({ query, body, params }: FastifyRequest): Fields => ({
  ...(query as Fields),
  ...(body as Fields | undefined),
  ...(params as Fields),
});

/** Every operation checks its own input. */
const callOperation = (
  operations: BankOperations,
  name: OperationName,
  input: unknown,
): Promise<unknown> =>
  (operations[name] as (input: unknown) => Promise<unknown>).call(operations, input);

/** A caller with any role may learn that a path does not exist. */
const rolesOf = ({ is404, routeOptions }: FastifyRequest): readonly BankRole[] =>
  is404 ? HEALTH.roles : (routeOptions.config.roles ?? []);

const callerOf = ({ caller }: FastifyRequest): Caller => {
  if (caller === null) throw new BankError('ACCESS_DENIED');
  return caller;
};

/** Runs before a body is read, for existing and unknown paths. */
function guard(server: BankServer, { doorkeeper, spending }: BankServerOptions): void {
  server.decorateRequest('caller', null);
  server.addHook('onRequest', (request, _reply, done) => {
    const { name } = doorkeeper.admit(request.raw.socket, rolesOf(request));
    request.caller = { name, spend: (kind) => spending.spend(name, kind) };
    request.caller.spend('requests');
    done();
  });
}

function addRoutes(server: BankServer, { operationsFor, healthy }: BankServerOptions): void {
  const add = (
    { method, path, roles, bodyKiB }: Route,
    handler: (request: FastifyRequest) => Promise<unknown>,
  ) =>
    server.route({
      method,
      url: path,
      bodyLimit: bodyKiB * 1024,
      config: { roles },
      handler,
    });
  for (const [name, route] of Object.entries(ROUTES) as [OperationName, Route][])
    add(route, (request) =>
      callOperation(operationsFor(callerOf(request)), name, requestInput(request)),
    );
  add(HEALTH, async () => {
    await healthy();
    return { status: 'ok' };
  });
}

function answer(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = toBankError(error);
  const { status, body } = toAnswer(refusal);
  if (status >= 500)
    request.log.error({ code: body.code, frames: framesOf(refusal.cause ?? error) }, 'failed');
  if (refusal instanceof CapReached) reply.header('retry-after', refusal.retryAfterSeconds);
  return reply.code(status).send(body);
}

function logAnswer(request: FastifyRequest, reply: FastifyReply): void {
  const facts = {
    method: request.method,
    // The pattern, not the path.
    route: request.routeOptions.url ?? 'unknown',
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime),
  };
  request.log.info(facts, 'answered');
}

const tlsOptions = ({ tls, timeouts }: BankServerOptions) => ({
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
export function bankServer(options: BankServerOptions): BankServer {
  const server = fastify({
    https: tlsOptions(options),
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: options.timeouts.requestMs,
    keepAliveTimeout: options.timeouts.idleMs,
    forceCloseConnections: 'idle',
  });
  server.removeContentTypeParser('text/plain');
  server.setErrorHandler(answer);
  server.setNotFoundHandler((request, reply) =>
    answer(new BankError('NOT_FOUND', 'path'), request, reply),
  );
  guard(server, options);
  server.addHook('onResponse', async (request, reply) => logAnswer(request, reply));
  server.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  addRoutes(server, options);
  return server;
}
