// SPDX-License-Identifier: Apache-2.0
// Failures between a client and the ledger in memory, divided as a gateway divides them.
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

/** The peer refused to run the proposal: unknown organisation, or a transaction id that was used before. */
export class ProposalError extends Error {
  override readonly name = 'ProposalError';
}

/** The endorsers' results differ: some run other chaincode, or the chaincode is not deterministic. */
export class EndorsementMismatchError extends Error {
  override readonly name = 'EndorsementMismatchError';

  /** @param parts the parts of the results that differ, such as `writeSet` */
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

/** A defect that a real peer may let pass by luck: a write not awaited, an iterator left open. */
export class ContractDefectError extends Error {
  override readonly name = 'ContractDefectError';
}
