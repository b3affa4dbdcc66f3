// SPDX-License-Identifier: Apache-2.0
// The world on a ledger in memory: the testing package's own, under the names that our tests use.
export {
  CHANNEL,
  PARTICIPANTS,
  memoryNetwork as memoryWorld,
  type MemoryNetwork as MemoryWorld,
} from '@fabric-offline-pay/testing';
