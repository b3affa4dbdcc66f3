// SPDX-License-Identifier: Apache-2.0
// The short form of `npm run chaos:nodes`: the bank's node, which has most to lose, is killed at some crossings of its history. They are
// printed; the other nodes and all other kills are the command's.
import { runCampaign } from '../chaos/campaign.js';
import type { History } from '../chaos/history.js';
import { openHistory } from '../chaos/histories/open-history.js';
import { spread } from '../chaos/options.js';

/** It takes some seconds on a machine that does nothing else. */
const DEADLINE_MS = 600_000;

const KILLS = 3;

let history: History;

beforeAll(async () => {
  history = await openHistory('bank');
});
afterAll(() => history.close());

test(
  'the bank node is killed and goes on: everything once, and its tables are those of a rebuild',
  async () => {
    const seed = Math.floor(Date.now() / 1000) % 1000;
    const choose = spread(KILLS, seed);
    const [result] = await runCampaign([history], { choose, together: true });
    const [point] = result?.points ?? [];
    process.stderr.write(`seed ${seed}: killed at ${point?.kills.join()}: ${point?.name}\n`);
    expect(point).toMatchObject({ wrong: null, name: expect.any(String) as string });
  },
  DEADLINE_MS,
);
