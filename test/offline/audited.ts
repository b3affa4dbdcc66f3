// SPDX-License-Identifier: Apache-2.0
// What an auditor finds on the ledger of a campaign, and how fast it reads it.
import { join } from 'node:path';
import { peerBlocks } from '@fabric-offline-pay/auditor-node';
import { testPlace } from '../../network/nodes/common/src/testing/test-place.js';
import { heightOf } from '../bench/block-bytes.js';
import { measuredAudit } from '../support/audit-run.js';
import type { OfflineNetwork } from './offline-network.js';

/** What an audit of a campaign says. */
export interface Audited {
  readonly blocks: number;
  readonly transactions: number;
  /** Vouchers a second, settled ones among all else. */
  readonly auditedVouchersPerSecond: number;
  readonly findings: number;
  /** Resident memory in MiB, after each tenth. */
  readonly memory: readonly number[];
}

/** @param vouchers so many were settled */
export async function auditCampaign(
  { network: { clients }, folder }: OfflineNetwork,
  vouchers: number,
): Promise<Audited> {
  const height = Number(await heightOf(clients));
  const connection = await clients.connection('bank', 'auditor');
  const ended = new AbortController();
  try {
    const { report, seconds, memory } = await measuredAudit({
      place: await testPlace(),
      blocksFrom: (from) => peerBlocks(connection, from, ended.signal),
      chaincode: clients.description.chaincode.name,
      code: join(folder, 'chaincode'),
      ...{ from: 0, to: height - 1 },
    });
    const { valid, invalid } = report.transactions;
    return {
      blocks: height,
      transactions: valid + invalid,
      auditedVouchersPerSecond: vouchers / seconds,
      findings: report.findings.length,
      memory,
    };
  } finally {
    ended.abort();
  }
}
