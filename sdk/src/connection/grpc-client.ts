// SPDX-License-Identifier: Apache-2.0
// The encrypted connection to a peer, or to one of several.
import { createHash, X509Certificate } from 'node:crypto';
import { Client, credentials, type ClientOptions } from '@grpc/grpc-js';
import { ConfigurationError } from '../errors.js';
import { RenewingClient } from './renewing-client.js';

/** Where a peer listens. */
export interface Endpoint {
  /** `host:port` of a peer of your own organisation. */
  readonly address: string;
  /** The name in the peer's TLS certificate, where it differs from the host name. */
  readonly hostnameOverride?: string;
}

/** Client certificate for networks that require one, PEM. */
export interface TlsClient {
  readonly certificate: string;
  readonly privateKey: string;
}

/**
 * HTTP/2 pings (gRPC's keepalive) while calls are in progress and nothing is sent. They are not needed to notice a peer that no
 * longer answers: the connection notices that by itself within seconds. They are needed where something between the two, such
 * as a firewall, drops silent connections. In milliseconds.
 */
export interface Keepalive {
  /**
   * Time between two pings. Default: 120,000; at least 10,000. A peer closes connections that ping more often than its
   * `peer.keepalive.minInterval`, which is 60 s in Fabric's sample and 10 s for the peers of this project's network.
   */
  readonly intervalMs: number;
  /** How long the peer may take to answer a ping. Default: 20,000. After that, the connection is closed and opened again. */
  readonly timeoutMs: number;
}

/** Every two minutes, which every peer allows. */
export const DEFAULT_KEEPALIVE: Keepalive = { intervalMs: 120_000, timeoutMs: 20_000 };

/** gRPC's own rule for clients (proposal A8). */
const SHORTEST_INTERVAL_MS = 10_000;

/** @throws {ConfigurationError} */
function ensureKeepalive({ intervalMs, timeoutMs }: Keepalive): void {
  if (!Number.isSafeInteger(intervalMs) || intervalMs < SHORTEST_INTERVAL_MS)
    throw new ConfigurationError('keepalive.intervalMs', 'must be a whole number, 10000 or more');
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs <= 0)
    throw new ConfigurationError('keepalive.timeoutMs', 'must be a whole number above 0');
}

/** Fabric's own limit for messages between its nodes. */
const LARGEST_MESSAGE = 100 * 1024 * 1024;

/** @returns gRPC's options for the connection to one peer. */
export function channelOptions(endpoint: Endpoint, keepalive: Keepalive): ClientOptions {
  return {
    'grpc.max_send_message_length': LARGEST_MESSAGE,
    'grpc.max_receive_message_length': LARGEST_MESSAGE,
    'grpc.keepalive_time_ms': keepalive.intervalMs,
    'grpc.keepalive_timeout_ms': keepalive.timeoutMs,
    // Notices a restarted peer at once, not after gRPC's usual two minutes.
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 2_000,
    // A client that replaces another one must not reuse its connection.
    'grpc.use_local_subchannel_pool': 1,
    ...(endpoint.hostnameOverride !== undefined && {
      'grpc.ssl_target_name_override': endpoint.hostnameOverride,
      'grpc.default_authority': endpoint.hostnameOverride,
    }),
  };
}

export interface GrpcClientOptions {
  /** Peers of your own organisation, in the order in which they are tried. */
  readonly endpoints: readonly Endpoint[];
  readonly tlsRoot: string;
  readonly tlsClient?: TlsClient | undefined;
  readonly keepalive: Keepalive;
}

/**
 * @returns a client that connects at its first call
 * @throws {ConfigurationError} when no peer is named, or the keepalive is invalid
 */
export function grpcClient(options: GrpcClientOptions): RenewingClient {
  const { endpoints, tlsRoot, tlsClient, keepalive } = options;
  ensureKeepalive(keepalive);
  const tls = credentials.createSsl(
    Buffer.from(tlsRoot),
    tlsClient ? Buffer.from(tlsClient.privateKey) : null,
    tlsClient ? Buffer.from(tlsClient.certificate) : null,
  );
  const [first, ...others] = endpoints.map(
    (endpoint) => () => new Client(endpoint.address, tls, channelOptions(endpoint, keepalive)),
  );
  if (first === undefined) throw new ConfigurationError('endpoint', 'name at least one peer');
  return new RenewingClient([first, ...others]);
}

/** @returns SHA-256 of the certificate's DER, which binds event requests to the connection. */
export const certificateHash = (tlsClient: TlsClient): Uint8Array =>
  createHash('sha256').update(new X509Certificate(tlsClient.certificate).raw).digest();
