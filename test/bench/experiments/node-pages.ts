// SPDX-License-Identifier: Apache-2.0
// Whether a page of a statement and recommendations take longer with many purchases than with few. Needs no network.
import { openBankDatabase } from '@fabric-offline-pay/bank-node';
import {
  fillHistory,
  QUESTIONS,
  type Filled,
  type Question,
} from '../../../network/nodes/bank/src/measuring/long-history.js';
import { onEachDatabase, type MakeDatabase } from '../node-databases.js';
import { pair, spreadOf } from '../pairs.js';
import type { LoneExperiment } from '../run.js';

const ROUNDS = 3;
const SAMPLES = 200;
const WARM_UP = 20;

const millisecondsOf = async (call: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await call();
  return performance.now() - begun;
};

const p95 = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0;

/** @returns the ratio of both p95; asked by turns, so that whatever else the machine does meets both alike */
async function compare(ask: Question, few: Filled, many: Filled, round: number): Promise<number> {
  const times: { readonly few: number[]; readonly many: number[] } = { few: [], many: [] };
  for (let sample = -WARM_UP; sample < SAMPLES; sample += 1) {
    const index = round * SAMPLES + Math.abs(sample);
    const { control, contender } = await pair(
      index,
      () => millisecondsOf(() => ask(few, index)),
      () => millisecondsOf(() => ask(many, index)),
    );
    if (sample < 0) continue;
    times.few.push(control);
    times.many.push(contender);
  }
  return p95(times.many) / p95(times.few);
}

const fill = async (make: MakeDatabase, count: number, most: number): Promise<Filled> =>
  fillHistory(await openBankDatabase(await make()), count, most);

export const nodePages: LoneExperiment = ({ scale, parts, tell }) =>
  onEachDatabase(tell, async (name, make) => {
    const [least, most] = scale.purchases;
    const few = await fill(make, least, most);
    const many = await fill(make, most, most);
    for (const [what, ask] of Object.entries(QUESTIONS)) {
      const ratios: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1)
        ratios.push(await compare(ask, few, many, round));
      parts.ratios[`${what}Grown${name}`] = spreadOf(ratios);
      tell(
        `${what}, ${name}: ${most.toString()} ÷ ${least.toString()} purchases, ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`,
      );
    }
    await few.db.destroy();
    await many.db.destroy();
  });
