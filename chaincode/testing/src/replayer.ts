// SPDX-License-Identifier: Apache-2.0
// Runs calls of a real ledger again, each on the rows that it read: for auditors, who compare what comes out with what stands in the block.
// An entry of its own, `@fabric-offline-pay/testing/replay`: it loads neither ledger nor client.
import type { ChaincodeInterface } from 'fabric-shim';
import { hostChaincode } from './chaincode-host';
import { DEFAULT_TOTAL_QUERY_LIMIT } from './range-scan';
import { simulate } from './simulation';
import { SortedRows, type Row } from './sorted-rows';
import type { CollectionConfig, ContractClass, Endorsement, Proposal } from './types';
import { CollectionState, WorldState } from './world-state';

/** A public row with the place where it was written. */
export type StateRow = Row;

export interface ReplayerOptions {
  /** Of the version of the chaincode that was in force. */
  readonly contracts: readonly ContractClass[];
  readonly channel: string;
  /** The chaincode's name. */
  readonly chaincode: string;
}

/** The part of the state that a call may see. A row that is not given does not exist for it. */
export interface ReplayState {
  readonly rows: readonly StateRow[];
  readonly collections: readonly CollectionConfig[];
}

/** The contracts compare a proposal's time with the clock of the process: whoever replays sets that clock. */
export class Replayer {
  readonly #options: ReplayerOptions;
  readonly #chaincode: ChaincodeInterface;

  constructor(options: ReplayerOptions) {
    this.#options = options;
    this.#chaincode = hostChaincode(options.contracts);
  }

  /**
   * @param endorserMspId the organisation whose peer runs the call
   * @returns what that peer would sign; a failed call has a status from 400 on
   */
  run(proposal: Proposal, endorserMspId: string, state: ReplayState): Promise<Endorsement> {
    const rows = new SortedRows();
    for (const row of state.rows) rows.put(row);
    const { channel, chaincode } = this.#options;
    return simulate(
      {
        chaincode: this.#chaincode,
        world: new WorldState(
          state.collections.map((each) => new CollectionState(each)),
          rows,
        ),
        mspId: endorserMspId,
        channel,
        chaincodeName: chaincode,
        totalQueryLimit: DEFAULT_TOTAL_QUERY_LIMIT,
        answersAtOnce: true,
      },
      proposal,
    );
  }
}
