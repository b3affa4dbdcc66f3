// SPDX-License-Identifier: Apache-2.0
// The world on a ledger in memory: the testing package's own, under the names that our tests use, with a ledger that
// watches for refusals that the table does not name.
import { memoryNetwork, type MemoryNetwork } from '@fabric-offline-pay/testing';
import { WatchedLedger } from './watched-ledger';

export { CHANNEL, PARTICIPANTS } from '@fabric-offline-pay/testing';
export type MemoryWorld = MemoryNetwork;

export const memoryWorld = (): Promise<MemoryWorld> =>
  memoryNetwork({ makeLedger: (options) => new WatchedLedger(options) });
