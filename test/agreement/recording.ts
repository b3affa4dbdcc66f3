// SPDX-License-Identifier: Apache-2.0
// What is written down of a run on real peers: all that is needed to run it again, and all that must come out.

/** What a client asked. Bytes are base64. */
export interface RecordedProposal {
  readonly transactionId: string;
  /** `contract:transaction` */
  readonly name: string;
  readonly arguments: readonly string[];
  readonly transient: Readonly<Record<string, string>>;
  readonly mspId: string;
  /** PEM. */
  readonly certificate: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** MSP ids of the organisations asked. */
  readonly endorsers: readonly string[];
  readonly outcome: Outcome;
}

/** An answer, base64; an envelope that went to the orderers, now or later; or why not, by MSP id. */
export type Outcome =
  | { readonly kind: 'answered'; readonly payload: string }
  | { readonly kind: 'endorsed' }
  | { readonly kind: 'refused'; readonly messages: readonly (readonly [string, string])[] };

export interface RecordedTransaction {
  readonly transactionId: string;
  /** Fabric's name of the validation code. */
  readonly validationCode: string;
  readonly endorsedBy: readonly string[];
  /** Fabric's `ChaincodeAction`, base64: response, event, and read and write sets. */
  readonly action: string;
}

export interface RecordedBlock {
  readonly number: number;
  readonly transactions: readonly RecordedTransaction[];
}

/** Proposals that all peers ran on the same state, and the blocks that followed. */
export interface Round {
  readonly proposals: readonly RecordedProposal[];
  readonly blocks: readonly RecordedBlock[];
}

export interface Recording {
  readonly channel: string;
  readonly chaincode: string;
  readonly rounds: readonly Round[];
}
