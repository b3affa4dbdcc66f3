// SPDX-License-Identifier: Apache-2.0
// How long-running functions report their progress.

/** The stages of `network up`. */
export type ProgressStage =
  | 'programs'
  | 'certificates'
  | 'channel'
  | 'nodes'
  | 'chaincode'
  | 'services'
  | 'ready'
  | 'ledger'
  | 'down';

/** One step of a long-running function. */
export interface ProgressEvent {
  readonly stage: ProgressStage;
  /** A text for a person. */
  readonly message: string;
}

/** Receives progress. Must not throw. */
export type Progress = (event: ProgressEvent) => void;

/** Ignores progress. */
export const silent: Progress = () => undefined;
