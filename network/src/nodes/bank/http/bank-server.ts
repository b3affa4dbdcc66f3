// SPDX-License-Identifier: Apache-2.0
// The operations over HTTPS with client certificates. Logs method, route and status; never a body, a query or an address.
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
import type { OperationName } from '../inputs.js';
import type { BankOperations } from '../operations.js';
import { isOperator, peerCertificate } from './client-certificate.js';
import { framesOf, toAnswer, toBankError } from './refusals.js';
import { HEALTH_PATH, ROUTES, type Route } from './routes.js';

/** PEM texts. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  /** Client certificates must descend from one of these. */
  readonly clientRoots: readonly string[];
}

export interface BankServerOptions {
  readonly operations: BankOperations;
  readonly tls: ServerTls;
  /** Common names that are operators beside the attribute `role=operator`. */
  readonly operatorNames: readonly string[];
  readonly logger: FastifyBaseLogger;
  /** Rejects while the service cannot work. */
  readonly healthy: () => Promise<void>;
}

export type BankServer = FastifyInstance<Server>;

const REQUEST_TIMEOUT_MS = 15_000;

type Fields = Readonly<Record<string, unknown>>;

/** Parameters of the path come last: no body may name another customer than its path does. */
const inputOf = ({ query, body, params }: FastifyRequest): Fields => ({
  ...(query as Fields),
  ...(body as Fields | undefined),
  ...(params as Fields),
});

/** Every operation checks what it is given. */
const run = (operations: BankOperations, name: OperationName, input: unknown): Promise<unknown> =>
  (operations[name] as (input: unknown) => Promise<unknown>).call(operations, input);

const ensureAccess = (
  { access }: Route,
  operatorNames: readonly string[],
  request: FastifyRequest,
) => {
  const certificate = peerCertificate(request.raw.socket);
  const allowed = certificate && (access === 'member' || isOperator(certificate, operatorNames));
  if (allowed !== true) throw new BankError('ACCESS_DENIED');
};

function addRoutes(server: BankServer, { operations, operatorNames }: BankServerOptions): void {
  for (const [name, route] of Object.entries(ROUTES) as [OperationName, Route][]) {
    server.route({
      method: route.method,
      url: route.path,
      bodyLimit: route.bodyKiB * 1024,
      onRequest: (request, _reply, done) => {
        ensureAccess(route, operatorNames, request);
        done();
      },
      handler: (request) => run(operations, name, inputOf(request)),
    });
  }
}

function answer(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = toBankError(error);
  const { status, body } = toAnswer(refusal);
  if (status >= 500)
    request.log.error({ code: body.code, frames: framesOf(refusal.cause ?? error) }, 'failed');
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

/** @returns the server, not yet listening. TLS 1.3 only, both ways. */
export function bankServer(options: BankServerOptions): BankServer {
  const { cert, key, clientRoots } = options.tls;
  const server = fastify({
    https: {
      cert,
      key,
      ca: [...clientRoots],
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
    },
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
  });
  server.removeContentTypeParser('text/plain');
  server.setErrorHandler(answer);
  server.setNotFoundHandler((request, reply) =>
    answer(new BankError('NOT_FOUND', 'path'), request, reply),
  );
  server.addHook('onResponse', async (request, reply) => logAnswer(request, reply));
  server.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  addRoutes(server, options);
  server.get(HEALTH_PATH, async () => {
    await options.healthy();
    return { status: 'ok' };
  });
  return server;
}
