// SPDX-License-Identifier: Apache-2.0
// The summary of a long range as the protocol's message.
import { ledger } from '@hyperledger/fabric-protos';
import type { KeyRead } from '@fabric-offline-pay/testing';
import { rangeSummary } from '../../network/nodes/auditor/src/replay/range-summary.js';

/** @returns the summary, or undefined when the rows are few enough to be listed. */
export function summaryOf(
  reads: readonly KeyRead[],
): ledger.rwset.kvrwset.QueryReadsMerkleSummary | undefined {
  const summary = rangeSummary(reads);
  if (summary === undefined) return undefined;
  const message = new ledger.rwset.kvrwset.QueryReadsMerkleSummary();
  message.setMaxDegree(summary.maxDegree);
  message.setMaxLevel(summary.maxLevel);
  message.setMaxLevelHashesList(summary.hashes.map((hash) => Buffer.from(hash, 'hex')));
  return message;
}
