// SPDX-License-Identifier: Apache-2.0
// Where an audit's blocks come from.
import type { RawBlock } from '@fabric-offline-pay/auditor-node';

export interface Blocks {
  readonly from: (block: number) => AsyncIterable<RawBlock>;
  /** The last one that there is now; absent: the source ends by itself. */
  readonly last?: number;
}
