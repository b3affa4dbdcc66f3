// SPDX-License-Identifier: Apache-2.0
// What can go wrong between a client and the in-memory ledger, told apart as a gateway tells it.
import type { Commit } from './types';

/** The transaction function threw, or the chaincode answered with an error. `message` is the chaincode's own. */
export class ChaincodeError extends Error {
  override readonly name = 'ChaincodeError';

  constructor(
    message: string,
    readonly status: number,
    readonly txId: string,
  ) {
    super(message);
  }
}

/** The peer would not run the proposal: unknown organisation, transaction id used before. */
export class ProposalError extends Error {
  override readonly name = 'ProposalError';
}

/** The endorsers' results differ: some run other chaincode, or the chaincode is not deterministic. */
export class EndorsementMismatchError extends Error {
  override readonly name = 'EndorsementMismatchError';

  /** @param parts - which parts of the results differ, such as `writeSet` */
  constructor(readonly parts: readonly string[]) {
    super(`ProposalResponsePayloads do not match: ${parts.join(', ')}`);
  }
}

/** The transaction is in a block, but not valid. */
export class CommitError extends Error {
  override readonly name = 'CommitError';

  constructor(readonly commit: Commit) {
    super(`Transaction ${commit.txId} failed to commit with ${commit.validationCode}`);
  }
}

/** A defect that a real peer lets pass by luck: a write not awaited, an iterator left open. */
export class ContractDefectError extends Error {
  override readonly name = 'ContractDefectError';
}
