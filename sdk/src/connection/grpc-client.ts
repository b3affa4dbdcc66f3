// SPDX-License-Identifier: Apache-2.0
// The encrypted connection to a peer, or to one of several.
import { createHash, X509Certificate } from 'node:crypto';
import { Client, credentials, type ClientOptions } from '@grpc/grpc-js';
import { ConfigurationError } from '../errors.js';
import { RenewingClient } from './renewing-client.js';

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

/** Fabric's own limit for messages between its nodes. */
const LARGEST_MESSAGE = 100 * 1024 * 1024;

function optionsFor(endpoint: Endpoint): ClientOptions {
  return {
    'grpc.max_send_message_length': LARGEST_MESSAGE,
    'grpc.max_receive_message_length': LARGEST_MESSAGE,
    // Peers close connections that ping more often than once a minute.
    'grpc.keepalive_time_ms': 120_000,
    'grpc.keepalive_timeout_ms': 20_000,
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

/**
 * @param endpoints peers of one's own organisation, in the order in which they are tried
 * @returns a client that connects at its first call
 * @throws {ConfigurationError} when there is none.
 */
export function grpcClient(
  endpoints: readonly Endpoint[],
  tlsRoot: string,
  tlsClient?: TlsClient,
): RenewingClient {
  const tls = credentials.createSsl(
    Buffer.from(tlsRoot),
    tlsClient ? Buffer.from(tlsClient.privateKey) : null,
    tlsClient ? Buffer.from(tlsClient.certificate) : null,
  );
  const [first, ...others] = endpoints.map(
    (endpoint) => () => new Client(endpoint.address, tls, optionsFor(endpoint)),
  );
  if (first === undefined) throw new ConfigurationError('endpoint', 'name at least one peer');
  return new RenewingClient([first, ...others]);
}

/** @returns SHA-256 of the certificate's DER, which binds event requests to the connection. */
export const certificateHash = (tlsClient: TlsClient): Uint8Array =>
  createHash('sha256').update(new X509Certificate(tlsClient.certificate).raw).digest();
