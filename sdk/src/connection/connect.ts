// SPDX-License-Identifier: Apache-2.0
// Opens a connection: from certificates and addresses to the typed client, its events and its statistics.
import type { KeyObject } from 'node:crypto';
import * as fabric from '@hyperledger/fabric-gateway';
import { isRecord } from '../guards.js';
import { BatchingTransport } from '../client/batching.js';
import { createClient } from '../client/client.js';
import type { EndorsementMode, Organisations } from '../client/endorsers.js';
import { ConfigurationError } from '../errors.js';
import { CommitFeed, type CommitSource } from '../gateway/commit-feed.js';
import { askStatus } from '../gateway/commit-status.js';
import { callWithin, DEFAULT_DEADLINES, type Deadlines } from '../gateway/deadlines.js';
import { EnvelopeSender } from '../gateway/envelope-sender.js';
import { GatewayTransport } from '../gateway/gateway-transport.js';
import { Statistics } from '../gateway/statistics.js';
import type { Journal } from '../journal/journal.js';
import { isInMemory, memoryJournal } from '../journal/memory-journal.js';
import { realPace } from '../retry/pace.js';
import { nativeSigner, type Signer } from '../signer/native-signer.js';
import { openConnection, type Connection } from './connection.js';
import {
  certificateHash,
  DEFAULT_KEEPALIVE,
  grpcClient,
  type Endpoint,
  type Keepalive,
  type TlsClient,
} from './grpc-client.js';

/** Who connects. */
export interface Identity {
  readonly mspId: string;
  /** PEM of the client certificate, which carries `role` and `actor`. */
  readonly certificate: string;
}

/** What {@link connect} needs. */
export interface ConnectOptions {
  /** One or several peers of your own organisation. When one does not answer, calls go to the next. */
  readonly endpoint: Endpoint | readonly Endpoint[];
  /** PEM of the root certificate of the peers' TLS certificates. */
  readonly tlsRoot: string;
  readonly tlsClient?: TlsClient;
  readonly identity: Identity;
  /** PEM or key object on P-256. Give either this or a `signer`. */
  readonly privateKey?: string | KeyObject;
  /** For keys that do not leave their device. Give either this or a `privateKey`. */
  readonly signer?: Signer;
  readonly channel: string;
  readonly chaincode: string;
  /** Needed by transactions with private data, and by `pinned` endorsement. */
  readonly organisations?: Organisations;
  /** Default: `pinned`. */
  readonly endorsement?: EndorsementMode;
  /** Whether calls made at the same time may be sent as one transaction, where the table allows it. Default: true. */
  readonly batching?: boolean;
  /** Default: a journal in memory. */
  readonly journal?: Journal;
  readonly deadlines?: Partial<Deadlines>;
  /** Pings on silent connections. Default: every two minutes, which every peer allows. */
  readonly keepalive?: Partial<Keepalive>;
  /** Share one between several connections to count them together. */
  readonly statistics?: Statistics;
  /** Share one between several connections to the same peer: they then use one stream of blocks under load. */
  readonly commits?: CommitFeed;
}

function signerOf({ privateKey, signer }: ConnectOptions): Signer {
  if (signer !== undefined && privateKey === undefined) return signer;
  if (privateKey !== undefined && signer === undefined) return nativeSigner(privateKey);
  throw new ConfigurationError('privateKey', 'give either a privateKey or a signer');
}

const credentialsOf = (identity: Identity): Uint8Array => Buffer.from(identity.certificate);

function gatewayOf(
  options: ConnectOptions,
  client: fabric.GrpcClient,
  signer: Signer,
  deadlines: Deadlines,
): fabric.Gateway {
  const { mspId } = options.identity;
  return fabric.connect({
    client,
    identity: { mspId, credentials: credentialsOf(options.identity) },
    signer,
    // The signer hashes by itself, natively.
    hash: fabric.hash.none,
    // Set here, so that no call is made without a deadline.
    evaluateOptions: () => callWithin(deadlines.evaluateMs),
    endorseOptions: () => callWithin(deadlines.endorseMs),
    submitOptions: () => callWithin(deadlines.submitMs),
    commitStatusOptions: () => callWithin(deadlines.statusMs),
    ...(options.tlsClient && { tlsClientCertificateHash: certificateHash(options.tlsClient) }),
  });
}

function commitSourceOf(
  { identity, channel }: ConnectOptions,
  gateway: fabric.Gateway,
): CommitSource {
  const asker = { mspId: identity.mspId, credentials: credentialsOf(identity) };
  const network = gateway.getNetwork(channel);
  return {
    blocks: () => network.getFilteredBlockEvents(),
    ask: askStatus(gateway, channel, asker),
  };
}

/**
 * Connects to the gateway of a peer of your own organisation. Nothing is sent before the first call.
 *
 * @example
 * ```typescript
 * const connection = connect({
 *   endpoint: { address: 'localhost:7051', hostnameOverride: 'peer0.merchant.example' },
 *   tlsRoot, identity: { mspId: 'MerchantMSP', certificate }, privateKey,
 *   channel: 'settlement', chaincode: 'offpay',
 *   organisations: { bank: 'BankMSP', merchant: 'MerchantMSP', logistics: 'LogisticsMSP' },
 * });
 * const { result } = await connection.client.settlement.refund({
 *   merchantId: 'merchant-1', orderNumber: 'ORD-1001', refundId: 'refund-1', amount: '500',
 * });
 * ```
 * @throws {ConfigurationError} when both or neither of `privateKey` and `signer` are given, the key is not on P-256, no peer is
 * named, or the keepalive is too short
 */
export function connect(options: ConnectOptions): Connection {
  if (!isRecord(options)) throw new ConfigurationError('options', 'give an object of options');
  const signer = signerOf(options);
  const deadlines = { ...DEFAULT_DEADLINES, ...options.deadlines };
  const journal = options.journal ?? memoryJournal();
  const statistics = options.statistics ?? new Statistics();
  const { tlsRoot, tlsClient } = options;
  const endpoints = [options.endpoint].flat();
  const keepalive = { ...DEFAULT_KEEPALIVE, ...options.keepalive };
  const grpc = grpcClient({ endpoints, tlsRoot, tlsClient, keepalive });
  const gateway = gatewayOf(options, grpc.forGateway, signer, deadlines);
  const network = gateway.getNetwork(options.channel);
  const source = commitSourceOf(options, gateway);
  const feed = options.commits ?? new CommitFeed();
  const sender = new EnvelopeSender({ source, feed, deadlines, journal, pace: realPace });
  const ownMspId = options.identity.mspId;
  const transport = new GatewayTransport({
    gateway,
    contract: network.getContract(options.chaincode),
    // A signer given by the caller may fail. The caller must hear of it before anything can have been sent.
    signer: isInMemory(journal) && options.signer === undefined ? undefined : signer,
    sender,
    deadlines,
    endorsers: {
      mode: options.endorsement ?? 'pinned',
      organisations: options.organisations ?? {},
      ownMspId,
    },
    statistics,
    pace: realPace,
  });
  return openConnection({
    deadlines,
    client: createClient(
      options.batching === false ? transport : new BatchingTransport(transport, realPace),
    ),
    gateway,
    network,
    askStatus: source.ask,
    chaincode: options.chaincode,
    ownMspId,
    journal,
    sender,
    statistics,
    pace: realPace,
    close: () => {
      feed.leave(source);
      gateway.close();
      grpc.close();
    },
  });
}
