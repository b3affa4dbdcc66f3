// SPDX-License-Identifier: Apache-2.0
// `npm run fuzz`: runs the families of properties for as long as one likes. Progress goes to standard error, the result to
// standard output; the exit code is 1 when a property does not hold, 2 for a command line that makes no sense.
import { writeFileSync } from 'node:fs';
import { StoppedClock } from './clock.js';
import { openFamily, spread, type FamilyName } from './families.js';
import { readOptions, USAGE, UsageError, type FuzzOptions } from './fuzz-options.js';
import type { Family } from './property.js';
import { runFamily, withoutWorld, type FamilyResult } from './run-family.js';

/** Between two lines of progress. */
const PROGRESS_MS = 2000;

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const tell = (text: string): void => void process.stderr.write(`${text}\n`);

interface Result {
  readonly seed: number;
  readonly ok: boolean;
  readonly families: readonly FamilyResult[];
}

/** A line now and then, and what was done so far for who interrupts. */
class Progress {
  readonly #runs: Map<string, number> = new Map();
  readonly #started = performance.now();
  #told = performance.now();

  begin(family: string, of: number) {
    const started = performance.now();
    return (runs: number): void => {
      this.#runs.set(family, runs);
      if (performance.now() - this.#told < PROGRESS_MS) return;
      this.#told = performance.now();
      const perSecond = (runs * 1000) / (this.#told - started);
      tell(`${family}  ${runs} of ${of} runs  ${perSecond.toFixed(0)} per s`);
    };
  }

  get soFar(): string {
    const done = [...this.#runs].map(([family, runs]) => `${family} ${runs}`).join(', ');
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(0);
    return `${done || 'no run'} in ${seconds} s`;
  }
}

function lines({ family, runs, seconds, failure }: FamilyResult): string[] {
  const done = `${family}  ${runs} runs in ${seconds.toFixed(1)} s`;
  if (failure === null) return [`${done}  all hold`];
  return [
    `${done}  DOES NOT HOLD`,
    failure.message,
    `counterexample after ${failure.shrinks} shrinks:`,
    JSON.stringify(failure.counterexample, null, 2),
    `again: ${failure.replay}`,
  ];
}

function report({ report: file, json }: FuzzOptions, result: Result): void {
  const written = JSON.stringify(result, null, 2);
  if (file !== undefined) writeFileSync(file, `${written}\n`);
  if (json) print(written);
  else for (const line of result.families.flatMap(lines)) print(line);
}

async function runOne(
  { name, runs }: { readonly name: FamilyName; readonly runs: number },
  { seed, path }: FuzzOptions,
  clock: StoppedClock,
  progress: Progress,
): Promise<FamilyResult> {
  let family: Family;
  try {
    family = await openFamily(name, clock);
  } catch (error) {
    return withoutWorld(name, seed, error);
  }
  return runFamily(name, family, { runs, seed, path, onRun: progress.begin(name, runs) });
}

async function runAll(options: FuzzOptions, progress: Progress): Promise<FamilyResult[]> {
  const results: FamilyResult[] = [];
  const clock = new StoppedClock().install();
  for (const share of spread(options.runs, options.families)) {
    results.push(await runOne(share, options, clock, progress));
    if (results.at(-1)?.failure) break;
  }
  clock.restore();
  return results;
}

async function fuzz(options: FuzzOptions): Promise<void> {
  const { seed } = options;
  tell(`seed ${seed}`);
  const progress = new Progress();
  process.once('SIGINT', () => {
    tell(`interrupted with seed ${seed}: ${progress.soFar}, all hold so far`);
    process.exit(130);
  });
  const families = await runAll(options, progress);
  const ok = families.every(({ failure }) => failure === null);
  report(options, { seed, ok, families });
  process.exitCode = ok ? 0 : 1;
}

async function main(given: string[]): Promise<void> {
  try {
    await fuzz(readOptions(given));
  } catch (error) {
    const wrongUse = error instanceof UsageError;
    tell(wrongUse ? `${error.message}\n\n${USAGE}` : String((error as Error).stack));
    process.exitCode = wrongUse ? 2 : 1;
  }
}

void main(process.argv.slice(2));
