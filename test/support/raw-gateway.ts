// SPDX-License-Identifier: Apache-2.0
// Speaks to a peer below the SDK, as an attacker would: any input, any endorsers, any certificate at any peer.
import { readFileSync } from 'node:fs';
import {
  describedOrganisation,
  enrolIdentity,
  type NetworkDescription,
} from '@fabric-offline-pay/operate';
import { askStatus, nativeSigner, parseRefusal } from '@fabric-offline-pay/sdk';
import { Client, credentials } from '@grpc/grpc-js';
import {
  connect,
  GatewayError,
  hash,
  type Contract,
  type Gateway,
  type Network,
  type Proposal,
  type Status,
} from '@hyperledger/fabric-gateway';
import { itemWhere } from './defined.js';

/** A client certificate of an organisation. Paths of PEM files. */
export interface Certificate {
  readonly mspId: string;
  readonly certPath: string;
  readonly keyPath: string;
}

/** One call, with input that nobody has checked. */
export interface RawCall {
  readonly transaction: string;
  readonly input?: string;
  readonly transient?: string;
  /** MSP ids of the organisations that endorse or answer. */
  readonly by?: readonly string[];
}

export interface RawGateway {
  readonly gateway: Gateway;
  readonly network: Network;
  readonly contract: Contract;
  proposal(call: RawCall): Proposal;
  /** Runs the call on a peer without sending anything. @returns `OK`, a refusal's code, or the failure's whole text. */
  codeOf(call: RawCall): Promise<string>;
  /** Answers when the peer has committed the state of the transaction's block. */
  readonly statusOf: (transactionId: string) => Promise<Status>;
  close(): void;
}

const DEADLINE_MS = 20_000;

/** @returns a gRPC deadline that no healthy call misses. */
export const soon = (): { deadline: number } => ({ deadline: Date.now() + DEADLINE_MS });

/** @returns everything that the peers said, the gateway's own summary included. */
export const textOf = (error: unknown): string =>
  error instanceof GatewayError
    ? [error.message, ...error.details.map(({ message }) => message)].join('\n')
    : String(error);

/** @returns the refusal's code, or the whole text where there is none. */
function codeIn(error: unknown): string {
  if (!(error instanceof GatewayError)) throw error;
  const messages = [...error.details.map(({ message }) => message), error.message];
  const refusal = messages.map(parseRefusal).find((found) => found !== undefined);
  return refusal?.code ?? textOf(error);
}

/** Opens a gateway with the certificate, at a peer of the organisation named, its own unless told. */
export function rawGateway(
  description: NetworkDescription,
  certificate: Certificate,
  at = itemWhere(description.organisations, ({ mspId }) => mspId === certificate.mspId).id,
): RawGateway {
  const { peer, mspId: peerMspId } = describedOrganisation(description, at);
  const tls = credentials.createSsl(readFileSync(peer.tlsRootCertPath));
  const client = new Client(peer.endpoint, tls, {
    'grpc.ssl_target_name_override': peer.tlsHostname,
    'grpc.default_authority': peer.tlsHostname,
  });
  const identity = {
    mspId: certificate.mspId,
    credentials: readFileSync(certificate.certPath),
  };
  const gateway = connect({
    client,
    identity,
    signer: nativeSigner(readFileSync(certificate.keyPath, 'utf8')),
    hash: hash.none,
  });
  const network = gateway.getNetwork(description.channel);
  const contract = network.getContract(description.chaincode.name);
  const ask = askStatus(gateway, description.channel, identity);
  const proposal = ({ transaction, input, transient, by }: RawCall): Proposal =>
    contract.newProposal(transaction, {
      arguments: input === undefined ? [] : [input],
      ...(transient !== undefined && { transientData: { private: transient } }),
      endorsingOrganizations: [...(by ?? [peerMspId])],
    });
  return {
    gateway,
    network,
    contract,
    proposal,
    statusOf: (transactionId) => ask(transactionId, DEADLINE_MS),
    codeOf: async (call) => {
      try {
        await proposal(call).evaluate(soon());
        return 'OK';
      } catch (error) {
        return codeIn(error);
      }
    },
    close: () => {
      gateway.close();
      client.close();
    },
  };
}

/** Opens gateways that are all closed together, with certificates that are issued when first asked for. */
export class RawGateways {
  readonly #home: string;
  readonly #description: NetworkDescription;
  readonly #opened = new Map<string, Promise<RawGateway>>();

  constructor(home: string, description: NetworkDescription) {
    this.#home = home;
    this.#description = description;
  }

  /** @param at id of the organisation at whose peer to ask; the certificate's own unless told. */
  async as(organisation: string, role: string, actor: string, at?: string): Promise<RawGateway> {
    const key = [organisation, role, actor, at].join();
    const opened = this.#opened.get(key) ?? this.#open(organisation, role, actor, at);
    this.#opened.set(key, opened);
    return opened;
  }

  async close(): Promise<void> {
    for (const opened of await Promise.allSettled(this.#opened.values()))
      if (opened.status === 'fulfilled') opened.value.close();
    this.#opened.clear();
  }

  async #open(id: string, role: string, actor: string, at?: string): Promise<RawGateway> {
    const { mspId, identities } = describedOrganisation(this.#description, id);
    const known = identities.find((entry) => entry.role === role && entry.actor === actor);
    const identity = { name: `${role}-${actor}`, role, actor };
    const { certPath, keyPath } = known ?? (await enrolIdentity(this.#home, id, identity));
    return rawGateway(this.#description, { mspId, certPath, keyPath }, at);
  }
}
