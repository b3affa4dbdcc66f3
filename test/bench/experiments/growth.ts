// SPDX-License-Identifier: Apache-2.0
// Whether an order becomes slower as the ledger grows: latencies at two sizes, each against the control's at that time.
import { burst } from '../burst.js';
import { wholeOrder } from '../jobs.js';
import { median, pair, spreadOf } from '../pairs.js';
import type { Experiment, Run } from '../run.js';

/** Few enough in flight that latency is not a queue's. */
const IN_FLIGHT = 16;

interface Latency {
  /** Order's p50 ÷ control's p50, pair by pair. */
  readonly ratios: readonly number[];
  readonly p50Ms: number;
}

async function latencyNow({ bench, scale }: Run): Promise<Latency> {
  const ratios: number[] = [];
  const latencies: number[] = [];
  // Few, so that measuring makes the ledger hardly larger.
  const count = Math.ceil(scale.round / 8);
  for (let round = 0; round < scale.pairs; round += 1) {
    const jobs = bench.purchases(count, bench.shops).map(wholeOrder);
    const noops = jobs.map(() => bench.noop.submit('bank'));
    const { control, contender } = await pair(
      round,
      () => burst(noops, IN_FLIGHT),
      () => burst(jobs, IN_FLIGHT),
    );
    ratios.push(contender.p50Ms / control.p50Ms);
    latencies.push(contender.p50Ms);
  }
  return { ratios, p50Ms: median(latencies) };
}

const GROWN_AT_ONCE = 500;

async function growTo(run: Run, orders: number): Promise<void> {
  const { bench, scale, tell } = run;
  while (bench.orders < orders) {
    const count = Math.min(GROWN_AT_ONCE, orders - bench.orders);
    await burst(bench.purchases(count, bench.shops).map(wholeOrder), scale.inFlight);
    tell(`growth: ${bench.orders.toString()} of ${orders.toString()} orders`);
  }
}

export const growth: Experiment = async (run) => {
  const { scale, parts } = run;
  const [small, large] = scale.growth;
  await growTo(run, small);
  const before = await latencyNow(run);
  await growTo(run, large);
  const after = await latencyNow(run);
  const base = median(before.ratios);
  parts.ratios['latencyGrown'] = spreadOf(after.ratios.map((ratio) => ratio / base));
  parts.absolute[`orderP50MsAt${small.toString()}`] = before.p50Ms;
  parts.absolute[`orderP50MsAt${large.toString()}`] = after.p50Ms;
  parts.ratios['latencyGrownRaw'] = spreadOf([after.p50Ms / before.p50Ms]);
};
