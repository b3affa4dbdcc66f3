// SPDX-License-Identifier: Apache-2.0
// How fast the bank's node catches up with blocks, against how fast the network commits the same blocks.
import { once } from 'node:events';
import type { BlockSource } from '@fabric-offline-pay/node-common/node';
import type { CommittedBlock } from '@fabric-offline-pay/sdk';
import { BANK } from '@fabric-offline-pay/testing';
import { BankFollower } from '../bank-follower.js';
import { heightOf } from '../block-bytes.js';
import { burst } from '../burst.js';
import { wholeOrder } from '../jobs.js';
import { onEachDatabase } from '../node-databases.js';
import { median, spreadOf } from '../pairs.js';
import type { Experiment, Run } from '../run.js';

/** Databases that are filled. */
const ROUNDS = 3;

/** A node that was off reads blocks that the peer has had for long. */
async function blocksUntil({ bench }: Run, height: bigint): Promise<CommittedBlock[]> {
  const connection = await bench.network.clients.connection('bank', 'auditor');
  const blocks: CommittedBlock[] = [];
  for await (const block of connection.committedBlocks(0n)) {
    blocks.push(block);
    if (block.number + 1n >= height) break;
  }
  return blocks;
}

/** Gives the blocks of the bursts only when the tables have all before them. */
function inTwoParts(blocks: readonly CommittedBlock[], cut: bigint) {
  const rest = new AbortController();
  const source: BlockSource = {
    async *committedBlocks(from, signal) {
      yield* blocks.filter(({ number }) => number >= from && number < cut);
      const ended = AbortSignal.any([rest.signal, signal]);
      if (!ended.aborted) await once(ended, 'abort');
      yield* blocks.filter(({ number }) => number >= from && number >= cut);
      if (!signal.aborted) await once(signal, 'abort');
    },
  };
  return { source, goOn: () => rest.abort() };
}

export const following: Experiment = async (run) => {
  const { bench, scale, parts, tell } = run;
  const { clients } = bench.network;
  const before = await heightOf(clients);
  const rates: number[] = [];
  for (let round = 0; round < scale.pairs; round += 1) {
    const jobs = bench.purchases(scale.round, bench.shops).map(wholeOrder);
    rates.push((await burst(jobs, scale.inFlight)).seconds);
  }
  const seconds = rates.reduce((sum, each) => sum + each, 0);
  const height = await heightOf(clients);
  const blocks = await blocksUntil(run, height);
  const transactions = blocks
    .filter(({ number }) => number >= before)
    .reduce((sum, block) => sum + block.transactions.length, 0);
  parts.absolute['committedPerSecond'] = transactions / seconds;
  await onEachDatabase(tell, async (name, make) => {
    const took: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const { source, goOn } = inTwoParts(blocks, before);
      const follower = new BankFollower(BANK, await make());
      took.push(await follower.follow(source, [before - 1n, height - 1n], goOn));
    }
    const ratios = spreadOf(took.map((each) => (seconds * 1000) / each));
    parts.absolute[`followedPerSecond${name}`] = (transactions * 1000) / median(took);
    parts.ratios[`followingToCommitting${name}`] = ratios;
    tell(`following, ${name}: ${ratios.median.toFixed(1)} times as fast as the network commits`);
  });
};
