// SPDX-License-Identifier: Apache-2.0
// The short form of `npm run chaos:nodes`: real processes are killed at some crossings of each node's history, which are printed.
import { runCampaign } from '../chaos/campaign.js';
import type { History } from '../chaos/history.js';
import { openHistory } from '../chaos/histories/open-history.js';
import { spread } from '../chaos/options.js';

/** Kills by node: the bank has most to lose, and takes longest. */
const KILLS = { bank: 2, merchant: 1, logistics: 1 } as const;

let history: History;

afterEach(() => history.close());

test.each(['bank', 'merchant', 'logistics'] as const)(
  'the %s node is killed and goes on: everything once, and its tables are those of a rebuild',
  async (node) => {
    history = await openHistory(node);
    const seed = Math.floor(Date.now() / 1000) % 1000;
    const [result] = await runCampaign([history], { choose: spread(KILLS[node], seed) });
    const points = result?.points ?? [];
    const tried = points.map(({ number, name }) => `${number} ${name ?? 'not reached'}`).join(', ');
    process.stderr.write(`${node}, seed ${seed}: killed at ${tried}\n`);
    expect(points.filter(({ wrong }) => wrong !== null)).toEqual([]);
    expect(points).toHaveLength(KILLS[node]);
  },
);
