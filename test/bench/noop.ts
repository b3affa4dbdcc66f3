// SPDX-License-Identifier: Apache-2.0
// The control: a contract of fabric-contract-api that writes one row, on the same peers and in the same chaincode process.
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Role } from '@fabric-offline-pay/domain';
import type { Clients } from '@fabric-offline-pay/operate';
import { nativeSigner } from '@fabric-offline-pay/sdk';
import { Client as GrpcClient, credentials } from '@grpc/grpc-js';
import { connect, hash, signers, type Contract, type Gateway } from '@hyperledger/fabric-gateway';
import type { Job } from './burst.js';

/** Statements for `patchedChaincode`: the least that a contract can do and still leave something in a block. */
export const NOOP_CONTRACT = `add(class extends Contract {
  constructor() { super('noop'); }
  async put(ctx, key) { await ctx.stub.putState('noop/' + key, Buffer.from('1')); }
  async read(ctx, key) { return (await ctx.stub.getState('noop/' + key)).toString(); }
})`;

/** `native` is the client's own signer, `stock` the pure JavaScript one of the gateway library. */
export type SignerKind = 'native' | 'stock';

const ROLES = { bank: 'auditor', merchant: 'auditor', logistics: 'auditor' } as const;

type Via = keyof typeof ROLES;

const DEADLINE_MS = 60_000;
const deadline = () => ({ deadline: Date.now() + DEADLINE_MS });

interface Opened {
  readonly grpc: GrpcClient;
  readonly gateway: Gateway;
  readonly contract: Contract;
  /** The organisations that endorse, as the client would choose them: the bank and one more. */
  readonly endorsers: readonly string[];
}

export class Noop {
  readonly #clients: Clients;
  readonly #opened = new Map<string, Opened>();
  #keys = 0;

  constructor(clients: Clients) {
    this.#clients = clients;
  }

  /** Submits one row, endorsed and committed like every other transaction. */
  submit(via: Via, signer: SignerKind = 'native'): Job {
    const { contract, endorsers } = this.#open(via, signer);
    const key = `${via}-${(this.#keys++).toString()}`;
    return async () => {
      const proposal = contract.newProposal('noop:put', {
        arguments: [key],
        endorsingOrganizations: [...endorsers],
      });
      const transaction = await proposal.endorse(deadline());
      const submitted = await transaction.submit(deadline());
      const status = await submitted.getStatus(deadline());
      if (!status.successful) throw new Error(`noop: ${status.code.toString()}`);
      return { retries: 0 };
    };
  }

  /** Asks for one row, at the organisation's own peer. */
  read(via: Via): Job {
    const { contract } = this.#open(via, 'native');
    const own = this.#clients.organisation(via).mspId;
    return async () => {
      const proposal = contract.newProposal('noop:read', {
        arguments: ['none'],
        endorsingOrganizations: [own],
      });
      await proposal.evaluate(deadline());
      return { retries: 0 };
    };
  }

  close(): void {
    for (const { gateway, grpc } of this.#opened.values()) {
      gateway.close();
      grpc.close();
    }
  }

  #open(via: Via, kind: SignerKind): Opened {
    const key = `${via}.${kind}`;
    const opened = this.#opened.get(key) ?? this.#connect(via, kind);
    this.#opened.set(key, opened);
    return opened;
  }

  #connect(via: Via, kind: SignerKind): Opened {
    const { peer, mspId, identities } = this.#clients.organisation(via);
    const identity = identities.find(({ role }) => role === ROLES[via]);
    if (identity === undefined) throw new Error(`no certificate for ${via}`);
    const grpc = new GrpcClient(
      peer.endpoint,
      credentials.createSsl(readFileSync(peer.tlsRootCertPath)),
      {
        'grpc.ssl_target_name_override': peer.tlsHostname,
        'grpc.default_authority': peer.tlsHostname,
      },
    );
    const privateKey = createPrivateKey(readFileSync(identity.keyPath));
    const signing =
      kind === 'native'
        ? { signer: nativeSigner(privateKey), hash: hash.none }
        : { signer: signers.newPrivateKeySigner(privateKey) };
    const gateway = connect({
      client: grpc,
      identity: { mspId, credentials: readFileSync(identity.certPath) },
      ...signing,
    });
    const { channel, chaincode } = this.#clients.description;
    return {
      grpc,
      gateway,
      contract: gateway.getNetwork(channel).getContract(chaincode.name),
      endorsers: this.#endorsers(via),
    };
  }

  #endorsers(via: Via): string[] {
    const second: Role = via === 'logistics' ? 'logistics' : 'merchant';
    return [this.#clients.organisation('bank').mspId, this.#clients.organisation(second).mspId];
  }
}
