// SPDX-License-Identifier: Apache-2.0
// `npm run bench`: one network, one driver, paired rounds; prints a table and writes the report as JSON.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { runMain } from '../support/run-main';
import { BenchNetwork } from './bench-network';
import { growth } from './experiments/growth';
import { hotMerchant } from './experiments/hot-merchant';
import { legs, legsAlone } from './experiments/legs';
import { orders } from './experiments/orders';
import { reads } from './experiments/reads';
import { signers } from './experiments/signers';
import { meets, plot, RATIOS, tables } from './report';
import type { Experiment, ReportParts, Run, Scale } from './run';

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
};

const FULL: Scale = { pairs: 7, round: 768, inFlight: 256, growth: [1_000, 10_000] };
const QUICK: Scale = { pairs: 5, round: 128, inFlight: 64, growth: [100, 400] };

const SHOPS = 16;

const tell = (message: string): void => void process.stderr.write(`${message}\n`);

const emptyParts = (): ReportParts => ({
  ratios: {},
  conflicts: {},
  bytes: {},
  cpuMicros: {},
  absolute: {},
});

async function measure({ quick, only }: Options): Promise<ReportParts> {
  const scale = quick === true ? QUICK : FULL;
  tell('bench: starting a network, enrolling customers');
  const bench = await BenchNetwork.open({ customers: 2 * scale.inFlight, shops: SHOPS });
  const closed = closingOnce(bench);
  const interrupted = () => void closed().then(() => process.exit(130));
  process.once('SIGINT', interrupted);
  try {
    const run: Run = { bench, scale, parts: emptyParts(), tell };
    for (const [name, experiment] of Object.entries(EXPERIMENTS))
      if (only === undefined || only.includes(name)) await experiment(run);
    return run.parts;
  } finally {
    process.off('SIGINT', interrupted);
    await closed();
  }
}

/** Ctrl-C and the end of the run may both ask for it. */
function closingOnce(bench: BenchNetwork): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => (closing ??= bench.close());
}

const MARKS = { begin: '<!-- figures: begin -->', end: '<!-- figures: end -->' };

/** Puts the figures between the marks of performance.md, and the plot beside it. */
function writeDocuments(folder: string, parts: ReportParts): void {
  const file = join(folder, 'performance.md');
  const text = readFileSync(file, 'utf8');
  const [before = '', rest = ''] = text.split(MARKS.begin);
  const after = rest.split(MARKS.end)[1] ?? '';
  writeFileSync(file, `${before}${MARKS.begin}\n\n${tables(parts)}\n\n${MARKS.end}${after}`);
  writeFileSync(join(folder, 'performance.svg'), plot(parts));
}

function tellMissed({ ratios }: ReportParts): void {
  for (const [name, { meaning, target }] of Object.entries(RATIOS)) {
    const spread = ratios[name];
    if (spread !== undefined && !meets(spread, target))
      tell(`bench: below what is asked: ${meaning}`);
  }
}

async function main(options: Options): Promise<void> {
  const parts = await measure(options);
  if (options.report !== undefined)
    writeFileSync(options.report, `${JSON.stringify(parts, null, 2)}\n`);
  if (options.documents !== undefined) writeDocuments(options.documents, parts);
  process.stdout.write(`${tables(parts)}\n`);
  tellMissed(parts);
}

const bench = new Command('bench')
  .description('Measures the network in paired rounds against a contract that does nothing')
  .option('--quick', 'fewer and smaller rounds')
  .option('--report <file>', 'writes the figures as JSON')
  .option(
    '--documents <folder>',
    'writes the figures into performance.md and performance.svg there',
  )
  .option('--only <experiment...>', `only these: ${Object.keys(EXPERIMENTS).join(', ')}`)
  .action(main);

void runMain(() => bench.parseAsync());
