// SPDX-License-Identifier: Apache-2.0
// Builds the real ChaincodeStub of fabric-shim for one proposal, over a peer connection in memory.
import { ChaincodeStub } from 'fabric-shim';
import type { PeerConnection } from './peer-connection';
import type { ChaincodeEvent, Proposal } from './types';

// The shim's own constructor and fields. Its type declarations leave them out.
type StubConstructor = new (
  peer: PeerConnection,
  channel: string,
  txId: string,
  input: { getArgsList_asU8(): Uint8Array[] },
) => ChaincodeStub & { chaincodeEvent?: EventMessage };

interface EventMessage {
  getEventName(): string;
  getPayload_asU8(): Uint8Array;
}

const Stub = ChaincodeStub as unknown as StubConstructor;

/** A stub, and the last event that the transaction set. */
export interface TransactionStub {
  readonly stub: ChaincodeStub;
  event(): ChaincodeEvent | null;
}

// Without a signed proposal, the shim does not set these fields.
function proposalFields({ creator, timestamp, transient }: Proposal) {
  const milliseconds = timestamp.getTime();
  const seconds = Math.floor(milliseconds / 1000);
  return {
    creator: { mspid: creator.mspId, idBytes: Buffer.from(creator.certificate) },
    txTimestamp: {
      getSeconds: () => seconds,
      getNanos: () => (milliseconds - seconds * 1000) * 1_000_000,
      toDate: () => new Date(milliseconds),
    },
    transientMap: new Map(
      Object.entries(transient).map(([name, value]) => [name, Buffer.from(value)]),
    ),
  };
}

/** @param endorserMspId the answer of `getMSPID()`: the organisation of the peer */
export function createStub(
  peer: PeerConnection,
  proposal: Proposal,
  channel: string,
  endorserMspId: string,
): TransactionStub {
  const args = [proposal.function, ...proposal.args].map((arg) => Buffer.from(arg));
  const stub = new Stub(peer, channel, proposal.txId, { getArgsList_asU8: () => args });
  Object.assign(stub, proposalFields(proposal), { getMspID: () => endorserMspId });
  const event = () => {
    const message = stub.chaincodeEvent;
    if (!message) return null;
    return { name: message.getEventName(), payload: Buffer.from(message.getPayload_asU8()) };
  };
  return { stub, event };
}
