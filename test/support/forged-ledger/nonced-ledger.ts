// SPDX-License-Identifier: Apache-2.0
// A ledger in memory whose transactions bear real ids: hashes of a nonce and of whoever sends them. It keeps what was endorsed, with what of
// it stands in no block of the ledger in memory.
import type {
  Commit,
  Creator,
  Endorsement,
  MemoryLedger,
  Proposal,
} from '@fabric-offline-pay/testing';
import { msp } from '@hyperledger/fabric-protos';
import { valueFor } from '../defined.js';
import { WatchedLedger } from '../watched-ledger.js';
import { newNonce, transactionIdOf } from './envelopes.js';

function serialized({ mspId, certificate }: Creator): Uint8Array {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(mspId);
  identity.setIdBytes(Buffer.from(certificate));
  return identity.serializeBinary();
}

/** What was submitted, with the nonce that its id came from. */
export interface Submitted {
  readonly endorsement: Endorsement;
  readonly nonce: Uint8Array;
}

export class NoncedLedger extends WatchedLedger {
  readonly #nonces = new Map<string, Uint8Array>();
  readonly #submitted = new Map<string, Submitted>();

  override propose(...given: Parameters<MemoryLedger['propose']>): Proposal {
    const proposal = super.propose(...given);
    const nonce = newNonce();
    const txId = transactionIdOf(nonce, serialized(proposal.creator));
    this.#nonces.set(txId, nonce);
    return { ...proposal, txId };
  }

  override submit(envelope: Endorsement): Promise<Commit>;
  override submit(envelopes: readonly Endorsement[]): Promise<Commit[]>;
  override submit(envelopes: Endorsement | readonly Endorsement[]): Promise<Commit | Commit[]> {
    if (!('proposal' in envelopes)) {
      for (const each of envelopes) this.#keep(each);
      return super.submit(envelopes);
    }
    this.#keep(envelopes);
    return super.submit(envelopes);
  }

  /** @throws for a transaction that nobody submitted here */
  submitted(transactionId: string): Submitted {
    return valueFor(this.#submitted, transactionId);
  }

  #keep(endorsement: Endorsement): void {
    const { txId } = endorsement.proposal;
    this.#submitted.set(txId, { endorsement, nonce: valueFor(this.#nonces, txId) });
  }
}
