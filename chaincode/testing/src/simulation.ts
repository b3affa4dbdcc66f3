// SPDX-License-Identifier: Apache-2.0
// Runs one proposal on one peer's state: the step that the ledger in memory and a replay of a real ledger share.
import type { ChaincodeInterface, ChaincodeResponse } from 'fabric-shim';
import { ContractDefectError } from './errors';
import { PeerConnection, type LeftBehind } from './peer-connection';
import { Simulator } from './simulator';
import { createStub } from './transaction-stub';
import type { ChaincodeResult, Endorsement, Proposal } from './types';
import type { WorldState } from './world-state';

/** The peer that simulates. */
export interface SimulatingPeer {
  readonly chaincode: ChaincodeInterface;
  readonly world: WorldState;
  readonly mspId: string;
  readonly channel: string;
  readonly chaincodeName: string;
  /** The most rows of one range query. */
  readonly totalQueryLimit: number;
  /** Whether state is answered in the same turn of the event loop: faster, but what a contract did not await is not noticed. */
  readonly answersAtOnce?: boolean;
}

/** From this status on, an answer is an error, and the peer endorses nothing. */
export const ERROR_THRESHOLD = 400;

function chaincodeResult({ status, message, payload }: ChaincodeResponse): ChaincodeResult {
  return { status, message: message ?? '', payload: Buffer.from(payload ?? []) };
}

function requireNothingLeft({ requests, iterators }: LeftBehind, { txId }: Proposal): void {
  if (requests > 0) {
    throw new ContractDefectError(
      `transaction ${txId} did not await ${requests} ledger request(s)`,
    );
  }
  if (iterators > 0) {
    throw new ContractDefectError(`transaction ${txId} left ${iterators} iterator(s) open`);
  }
}

/** @throws ContractDefectError when the transaction did not await a request, or left an iterator open */
export async function simulate(peer: SimulatingPeer, proposal: Proposal): Promise<Endorsement> {
  const { world, channel, chaincodeName, mspId, totalQueryLimit, answersAtOnce = false } = peer;
  const simulator = new Simulator({
    world,
    channel,
    chaincode: chaincodeName,
    txId: proposal.txId,
    creatorMspId: proposal.creator.mspId,
    endorserMspId: mspId,
    totalQueryLimit,
  });
  const connection = new PeerConnection(simulator, answersAtOnce);
  const transaction = createStub(connection, proposal, channel, mspId);
  const response = chaincodeResult(await peer.chaincode.Invoke(transaction.stub));
  const left = await connection.finish();
  // A failed transaction may leave anything open, because nothing of it is endorsed.
  if (response.status < ERROR_THRESHOLD) requireNothingLeft(left, proposal);
  return {
    proposal,
    endorsedBy: [mspId],
    response,
    readSet: simulator.readSet(),
    rangeReads: simulator.rangeReads(),
    writeSet: simulator.writeSet(),
    collections: simulator.collections(),
    privateWrites: simulator.privateWrites(),
    event: transaction.event(),
  };
}
