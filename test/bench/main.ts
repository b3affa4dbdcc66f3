// SPDX-License-Identifier: Apache-2.0
// `npm run bench`: one network, one driver, paired rounds; prints a table and writes the report as JSON.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { runMain, withOpened } from '../support/run-main.js';
import { orInvalid, writableFile } from '../support/writable.js';
import { BenchNetwork } from './bench-network.js';
import { auditing } from './experiments/auditing.js';
import { following } from './experiments/following.js';
import { growth } from './experiments/growth.js';
import { hotMerchant } from './experiments/hot-merchant.js';
import { jobDrain } from './experiments/job-drain.js';
import { legs, legsAlone } from './experiments/legs.js';
import { nodePages } from './experiments/node-pages.js';
import { orders } from './experiments/orders.js';
import { reads } from './experiments/reads.js';
import { signers } from './experiments/signers.js';
import { meets, plot, RATIOS, tables } from './report.js';
import type { Experiment, LoneExperiment, ReportParts, Run, Scale } from './run.js';

interface Options {
  readonly quick?: boolean;
  readonly report?: string;
  readonly documents?: string;
  readonly only?: readonly string[];
}

/** Growth comes first, on a ledger that is small. */
const EXPERIMENTS: Readonly<Record<string, Experiment>> = {
  growth,
  legs,
  legsAlone,
  orders,
  hotMerchant,
  signers,
  reads,
  following,
  auditing,
};

/** A node's own parts, without a network. */
const LONE_EXPERIMENTS: Readonly<Record<string, LoneExperiment>> = { nodePages, jobDrain };

/** What is asked of nodes is asked at this size. */
const NODES = { purchases: [1_000, 100_000], jobs: 10_000 } as const;

const FULL: Scale = {
  ...{ pairs: 7, round: 768, inFlight: 256, growth: [1_000, 10_000], audited: 10_000 },
  ...NODES,
};
const QUICK: Scale = {
  ...{ pairs: 5, round: 128, inFlight: 64, growth: [100, 400], audited: 500 },
  ...NODES,
};

const SHOPS = 16;

const tell = (message: string): void => void process.stderr.write(`${message}\n`);

const emptyParts = (): ReportParts => ({
  ratios: {},
  conflicts: {},
  bytes: {},
  cpuMicros: {},
  absolute: {},
});

async function each<Given>(
  table: Readonly<Record<string, (given: Given) => Promise<void>>>,
  given: Given,
  only?: readonly string[],
): Promise<void> {
  for (const [name, experiment] of Object.entries(table))
    if (only === undefined || only.includes(name)) await experiment(given);
}

async function measure({ quick, only }: Options, interrupted: AbortSignal): Promise<ReportParts> {
  const scale = quick === true ? QUICK : FULL;
  const run = { scale, parts: emptyParts(), tell };
  if (only === undefined || only.some((name) => Object.hasOwn(EXPERIMENTS, name)))
    await onNetwork(run, interrupted, only);
  await each(LONE_EXPERIMENTS, run, only);
  return run.parts;
}

function onNetwork(
  run: Omit<Run, 'bench'>,
  interrupted: AbortSignal,
  only?: readonly string[],
): Promise<void> {
  const { scale } = run;
  const size = { customers: 2 * scale.inFlight, shops: SHOPS };
  tell('bench: starting a network, enrolling customers');
  return withOpened(
    interrupted,
    () => BenchNetwork.open(size, interrupted),
    (bench) => each(EXPERIMENTS, { ...run, bench }, only),
  );
}

const MARKS = { begin: '<!-- figures: begin -->', end: '<!-- figures: end -->' };

const performanceText = (folder: string): string => join(folder, 'performance.md');
const performancePlot = (folder: string): string => join(folder, 'performance.svg');

/** A folder whose documents can take the figures. @throws {InvalidArgumentError} */
const documentsFolder = (folder: string): string =>
  orInvalid(() => {
    const text = readFileSync(performanceText(folder), 'utf8');
    const missing = Object.values(MARKS).find((mark) => !text.includes(mark));
    if (missing !== undefined) throw new Error(`performance.md has no ${missing}`);
    writableFile(performanceText(folder));
    writableFile(performancePlot(folder));
    return folder;
  });

/** Puts the figures between the marks of performance.md, and the plot beside it. */
function writeDocuments(folder: string, parts: ReportParts): void {
  const file = performanceText(folder);
  const text = readFileSync(file, 'utf8');
  const [before = '', rest = ''] = text.split(MARKS.begin);
  const after = rest.split(MARKS.end)[1] ?? '';
  writeFileSync(file, `${before}${MARKS.begin}\n\n${tables(parts)}\n\n${MARKS.end}${after}`);
  writeFileSync(performancePlot(folder), plot(parts));
}

function tellMissed({ ratios }: ReportParts): void {
  for (const [name, { meaning, target }] of Object.entries(RATIOS)) {
    const spread = ratios[name];
    if (spread !== undefined && !meets(spread, target))
      tell(`bench: below what is asked: ${meaning}`);
  }
}

async function main(options: Options, interrupted: AbortSignal): Promise<void> {
  const parts = await measure(options, interrupted);
  if (options.report !== undefined)
    writeFileSync(options.report, `${JSON.stringify(parts, null, 2)}\n`);
  if (options.documents !== undefined) writeDocuments(options.documents, parts);
  process.stdout.write(`${tables(parts)}\n`);
  tellMissed(parts);
}

const bench = new Command('bench')
  .description('Measures the network in paired rounds against a contract that does nothing')
  .option('--quick', 'fewer and smaller rounds')
  .option('--report <file>', 'writes the figures as JSON', writableFile)
  .option(
    '--documents <folder>',
    'writes the figures into performance.md and performance.svg there',
    documentsFolder,
  )
  .addOption(
    new Option('--only <experiment...>', 'only these').choices(
      Object.keys({ ...EXPERIMENTS, ...LONE_EXPERIMENTS }),
    ),
  );

void runMain((interrupted) =>
  bench.action((options: Options) => main(options, interrupted)).parseAsync(),
);
