// SPDX-License-Identifier: Apache-2.0
// How long-running functions say what they are doing.

/** What `network up` is at. */
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
  /** For a person. */
  readonly message: string;
}

/** Receives progress; must not throw. */
export type Progress = (event: ProgressEvent) => void;

/** Hears nothing. */
export const silent: Progress = () => undefined;
