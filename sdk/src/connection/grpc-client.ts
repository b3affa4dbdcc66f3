// SPDX-License-Identifier: Apache-2.0
// The encrypted connection to a peer, or to one of several.
import { createHash, X509Certificate } from 'node:crypto';
import { Client, credentials, type ClientOptions } from '@grpc/grpc-js';
import { ConfigurationError } from '../errors.js';
import { RenewingClient } from './renewing-client.js';

/** Where a peer listens. */
export interface Endpoint {
  /** `host:port` of a peer of one's own organisation. */
  readonly address: string;
  /** The name in the peer's TLS certificate, where it is not the host's. */
  readonly hostnameOverride?: string;
}

/** Client certificate for networks that ask for one, PEM. */
export interface TlsClient {
  readonly certificate: string;
  readonly privateKey: string;
}

/**
 * How a connection shows that it is still there while calls are under way but nothing is said: HTTP/2 pings, as gRPC's keepalive. Not
 * needed to find peers that do not answer any more, which a connection does within seconds by itself; needed where something between,
 * such as a firewall, forgets connections that are silent. In milliseconds.
 */
export interface Keepalive {
  /**
   * From one ping to the next: 120,000 unless told, at least 10,000. A peer closes connections that ping more often than its
   * `peer.keepalive.minInterval`, which is 60 s in Fabric's sample and 10 s for the peers of this project's network.
   */
  readonly intervalMs: number;
  /** How long the peer may take to answer one: 20,000 unless told. The connection is closed then, and made again. */
  readonly timeoutMs: number;
}

/** Every two minutes, which every peer allows. */
export const DEFAULT_KEEPALIVE: Keepalive = { intervalMs: 120_000, timeoutMs: 20_000 };

/** gRPC's own rule for clients (proposal A8). */
const SHORTEST_INTERVAL_MS = 10_000;

/** @throws {ConfigurationError} */
function ensureKeepalive({ intervalMs, timeoutMs }: Keepalive): void {
  if (!Number.isSafeInteger(intervalMs) || intervalMs < SHORTEST_INTERVAL_MS)
    throw new ConfigurationError('keepalive.intervalMs', 'a whole number of at least 10000');
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs <= 0)
    throw new ConfigurationError('keepalive.timeoutMs', 'a whole number above 0');
}

/** Fabric's own limit for messages between its nodes. */
const LARGEST_MESSAGE = 100 * 1024 * 1024;

/** @returns how gRPC is to treat the connection to one peer. */
export function channelOptions(endpoint: Endpoint, keepalive: Keepalive): ClientOptions {
  return {
    'grpc.max_send_message_length': LARGEST_MESSAGE,
    'grpc.max_receive_message_length': LARGEST_MESSAGE,
    'grpc.keepalive_time_ms': keepalive.intervalMs,
    'grpc.keepalive_timeout_ms': keepalive.timeoutMs,
    // A peer that restarts should be seen at once, not after gRPC's usual two minutes.
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 2_000,
    // A client that replaces another must not go on with its connection.
    'grpc.use_local_subchannel_pool': 1,
    ...(endpoint.hostnameOverride !== undefined && {
      'grpc.ssl_target_name_override': endpoint.hostnameOverride,
      'grpc.default_authority': endpoint.hostnameOverride,
    }),
  };
}

export interface GrpcClientOptions {
  /** Peers of one's own organisation, in the order in which they are tried. */
  readonly endpoints: readonly Endpoint[];
  readonly tlsRoot: string;
  readonly tlsClient?: TlsClient | undefined;
  readonly keepalive: Keepalive;
}

/**
 * @returns a client that connects at its first call
 * @throws {ConfigurationError} when there is no peer, or the keepalive is none.
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
