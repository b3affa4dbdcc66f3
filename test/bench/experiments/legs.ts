// SPDX-License-Identifier: Apache-2.0
// Each express leg against the control: throughput, processor time, bytes. As the SDK sends them, orders that are made at
// the same time together; and again each as a transaction of its own.
import { burst, type Burst, type Job } from '../burst.js';
import { envelopeBytes, heightOf } from '../block-bytes.js';
import { LegByLeg } from '../jobs.js';
import { median, pair, ratiosOf, spreadOf, type Pair } from '../pairs.js';
import { perTransaction, processorTime, type ProcessorTime } from '../processor-time.js';
import type { Experiment, Run } from '../run.js';

const LEGS = ['quote', 'order', 'settle'] as const;
type Leg = (typeof LEGS)[number];

/** The gateway that the organisation of a leg uses: the control goes the same way. */
const VIA = { quote: 'logistics', order: 'merchant', settle: 'bank' } as const;

interface Measured {
  readonly burst: Burst;
  readonly bytes: number;
  readonly cpu: Record<string, number>;
}

async function measureJobs({ bench, scale }: Run, jobs: readonly Job[]): Promise<Measured> {
  const { clients, home } = bench.network;
  const from = await heightOf(clients);
  const before: ProcessorTime = processorTime(home);
  const result = await burst(jobs, scale.inFlight);
  const after = processorTime(home);
  await settled(bench.network.clients);
  const bytes = (await envelopeBytes(clients, from, await heightOf(clients))) / jobs.length;
  return { burst: result, bytes, cpu: perTransaction(before, after, jobs.length) };
}

/** The next leg reads what this one wrote, at another organisation's peer. */
async function settled(clients: Run['bench']['network']['clients']): Promise<void> {
  await clients.catchUp((await heightOf(clients)) - 1n);
}

/** As the SDK sends them; or each call as a transaction of its own. */
type Way = 'parties' | 'alone';

const nameOf = (leg: string, way: Way): string => (way === 'alone' ? `${leg}Alone` : leg);

function note({ parts }: Run, leg: string, pairs: readonly Pair<Measured>[]): void {
  const contenders = pairs.map(({ contender }) => contender);
  const controls = pairs.map(({ control }) => control);
  parts.ratios[`${leg}ToNoop`] = spreadOf(ratiosOf(pairs, ({ burst: { perSecond } }) => perSecond));
  parts.bytes[leg] = Math.round(median(contenders.map(({ bytes }) => bytes)));
  parts.bytes['noop'] = Math.round(median(controls.map(({ bytes }) => bytes)));
  parts.cpuMicros[leg] = medianTimes(contenders.map(({ cpu }) => cpu));
  parts.cpuMicros['noop'] = medianTimes(controls.map(({ cpu }) => cpu));
  const retries = contenders.reduce((sum, { burst: { retries } }) => sum + retries, 0);
  const jobs = contenders.reduce((sum, { burst: { jobs } }) => sum + jobs, 0);
  parts.conflicts[leg] = (100 * retries) / jobs;
  parts.absolute[`${leg}PerSecond`] = median(
    contenders.map(({ burst: { perSecond } }) => perSecond),
  );
  parts.absolute['noopPerSecond'] = median(controls.map(({ burst: { perSecond } }) => perSecond));
}

const medianTimes = (times: readonly Record<string, number>[]): Record<string, number> =>
  Object.fromEntries(
    Object.keys(times[0] ?? {}).map((name) => [
      name,
      Math.round(median(times.map((each) => each[name] ?? 0))),
    ]),
  );

async function legsBy(run: Run, way: Way): Promise<void> {
  const { bench, scale, parts, tell } = run;
  const pairs: Record<Leg, Pair<Measured>[]> = { quote: [], order: [], settle: [] };
  for (let round = 0; round < scale.pairs; round += 1) {
    const orders = bench.purchases(scale.round, bench.shops).map((each) => new LegByLeg(each, way));
    for (const leg of LEGS) {
      if (leg === 'order') await Promise.all(orders.map((order) => order.sign()));
      const noops = orders.map(() => bench.noop.submit(VIA[leg]));
      const result = await pair(
        round,
        () => measureJobs(run, noops),
        () =>
          measureJobs(
            run,
            orders.map((order) => order[leg]),
          ),
      );
      pairs[leg].push(result);
      const ratio = result.contender.burst.perSecond / result.control.burst.perSecond;
      tell(`legs: round ${(round + 1).toString()}, ${nameOf(leg, way)} ÷ noop ${ratio.toFixed(3)}`);
    }
  }
  for (const leg of LEGS) note(run, nameOf(leg, way), pairs[leg]);
  parts.ratios[`${nameOf('medianLeg', way)}ToNoop`] = spreadOf(
    LEGS.map((leg) => parts.ratios[`${nameOf(leg, way)}ToNoop`]?.median ?? 0),
  );
  parts.bytes[nameOf('expressOrder', way)] = LEGS.reduce(
    (sum, leg) => sum + (parts.bytes[nameOf(leg, way)] ?? 0),
    0,
  );
}

export const legs: Experiment = (run) => legsBy(run, 'parties');

export const legsAlone: Experiment = (run) => legsBy(run, 'alone');
