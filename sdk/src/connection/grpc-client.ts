// SPDX-License-Identifier: Apache-2.0
// The encrypted connection to one peer.
import { createHash, X509Certificate } from 'node:crypto';
import { Client, credentials, type ClientOptions } from '@grpc/grpc-js';

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
    ...(endpoint.hostnameOverride !== undefined && {
      'grpc.ssl_target_name_override': endpoint.hostnameOverride,
      'grpc.default_authority': endpoint.hostnameOverride,
    }),
  };
}

/** @returns a client that connects at its first call. */
export function grpcClient(endpoint: Endpoint, tlsRoot: string, tlsClient?: TlsClient): Client {
  const tls = credentials.createSsl(
    Buffer.from(tlsRoot),
    tlsClient ? Buffer.from(tlsClient.privateKey) : null,
    tlsClient ? Buffer.from(tlsClient.certificate) : null,
  );
  return new Client(endpoint.address, tls, optionsFor(endpoint));
}

/** @returns SHA-256 of the certificate's DER, which binds event requests to the connection. */
export const certificateHash = (tlsClient: TlsClient): Uint8Array =>
  createHash('sha256').update(new X509Certificate(tlsClient.certificate).raw).digest();
