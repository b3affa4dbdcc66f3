// SPDX-License-Identifier: Apache-2.0
// Where an audit's blocks come from.
import type { RawBlock } from '@fabric-offline-pay/auditor-node';

/** Paths of PEM files: whose signature a report gets. */
export interface SignerFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface Blocks {
  readonly from: (block: number) => AsyncIterable<RawBlock>;
  /** The last one that there is now; absent: the source ends by itself. */
  readonly last?: number;
  /** Of the auditor of a running network. */
  readonly signer?: SignerFiles;
}
