// SPDX-License-Identifier: Apache-2.0
// How fast an auditor catches up with blocks, against how fast the network commits the same blocks: every signature verified, every call run
// again, every table written.
import { join } from 'node:path';
import { peerBlocks } from '@fabric-offline-pay/auditor-node';
import { measuredAudit } from '../../support/audit-run.js';
import { heightOf } from '../block-bytes.js';
import { burst } from '../burst.js';
import { wholeOrder } from '../jobs.js';
import { onEachDatabase } from '../node-databases.js';
import { spreadOf } from '../pairs.js';
import type { Experiment } from '../run.js';

export const auditing: Experiment = async ({ bench, scale, parts, tell }) => {
  const { clients } = bench.network;
  const before = await heightOf(clients);
  let seconds = 0;
  for (let left = scale.audited; left > 0; left -= scale.round) {
    const jobs = bench.purchases(Math.min(left, scale.round), bench.shops).map(wholeOrder);
    seconds += (await burst(jobs, scale.inFlight)).seconds;
  }
  const height = await heightOf(clients);
  const connection = await clients.connection('bank', 'auditor');
  const ended = new AbortController();
  await onEachDatabase(tell, async (name, make) => {
    const audited = await measuredAudit({
      place: await make(),
      blocksFrom: (from) => peerBlocks(connection, from, ended.signal),
      chaincode: clients.description.chaincode.name,
      code: join(bench.folder, 'chaincode'),
      ...{ from: Number(before), to: Number(height) - 1 },
    });
    const { report, memory } = audited;
    if (report.findings.length > 0)
      throw new Error(`the audit found ${JSON.stringify(report.findings[0])}`);
    const ratio = seconds / audited.seconds;
    parts.ratios[`auditingToCommitting${name}`] = spreadOf([ratio]);
    parts.absolute[`auditedOrdersPerSecond${name}`] = scale.audited / audited.seconds;
    parts.absolute[`auditMemoryGrown${name}`] = (memory.at(-1) ?? 0) / (memory[0] ?? 1);
    tell(
      `auditing, ${name}: ${ratio.toFixed(1)} times as fast as the network commits, MiB ${memory.join(' ')}`,
    );
  });
  ended.abort();
};
