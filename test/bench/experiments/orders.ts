// SPDX-License-Identifier: Apache-2.0
// Whole paid orders a second, three transactions each, against submits of the control.
import { burst } from '../burst.js';
import { wholeOrder } from '../jobs.js';
import { median, pair, ratiosOf, spreadOf, type Pair } from '../pairs.js';
import type { Burst } from '../burst.js';
import type { Experiment } from '../run.js';

const VIAS = ['logistics', 'merchant', 'bank'] as const;

export const orders: Experiment = async ({ bench, scale, parts, tell }) => {
  const pairs: Pair<Burst>[] = [];
  const { clients } = bench.network;
  const before = clients.statistics;
  for (let round = 0; round < scale.pairs; round += 1) {
    const noops = Array.from({ length: scale.round }, (_, index) =>
      bench.noop.submit(VIAS[index % VIAS.length] ?? 'bank'),
    );
    const jobs = bench.purchases(Math.ceil(scale.round / 2), bench.shops).map(wholeOrder);
    const result = await pair(
      round,
      () => burst(noops, scale.inFlight),
      () => burst(jobs, scale.inFlight),
    );
    pairs.push(result);
    const ratio = result.contender.perSecond / result.control.perSecond;
    tell(`orders: round ${(round + 1).toString()}, orders ÷ noop ${ratio.toFixed(3)}`);
  }
  const after = clients.statistics;
  parts.ratios['paidOrdersToNoop'] = spreadOf(ratiosOf(pairs, ({ perSecond }) => perSecond));
  parts.conflicts['paidOrders'] =
    (100 * (after.conflictsRetried - before.conflictsRetried)) /
    (after.submitted - before.submitted);
  parts.absolute['paidOrdersPerSecond'] = median(
    pairs.map(({ contender: { perSecond } }) => perSecond),
  );
};
