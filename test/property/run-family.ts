// SPDX-License-Identifier: Apache-2.0
// Runs one family for the fuzz command: counts, shrinks a failure, and says how to run it again.
import fc from 'fast-check';
import type { FamilyName } from './families.js';
import type { Family } from './property.js';

/** What is still shrunk after this is shrunk enough. */
const SHRINKING_MS = 60_000;

/** A longer text of a counterexample is cut here. */
const SHOWN = 300;

export interface Failure {
  readonly message: string;
  readonly counterexample: unknown;
  readonly path: string;
  readonly shrinks: number;
  /** The command that runs it again. */
  readonly replay: string;
}

export interface FamilyResult {
  readonly family: FamilyName;
  readonly runs: number;
  readonly seconds: number;
  /** What was called or done, with its answer, and how often. */
  readonly met: Readonly<Record<string, number>>;
  readonly failure: Failure | null;
}

export interface RunOptions {
  readonly runs: number;
  readonly seed: number;
  readonly path: string | undefined;
  /** Called after each run that is none of shrinking. */
  readonly onRun: (runs: number) => void;
}

/** As it is printed; `fc.stringify` would write megabytes. */
const shorten = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'string' && part.length > SHOWN
        ? `${part.slice(0, SHOWN)}… (${part.length} characters)`
        : part,
    ),
  );

const messageOf = (error: unknown): string =>
  error instanceof Error ? String(error.stack) : String(error);

function failureOf(
  name: FamilyName,
  { seed }: RunOptions,
  details: fc.RunDetailsFailureProperty<[unknown]>,
): Failure {
  const path = details.counterexamplePath;
  return {
    message: messageOf(details.errorInstance),
    counterexample: shorten(details.counterexample[0]),
    path,
    shrinks: details.numShrinks,
    replay: `npm run fuzz -- --only ${name} --seed ${seed} --path ${path}`,
  };
}

/** The predicate, counted; shrinking ends some time after the first failure. */
function counted({ holds }: Family, onRun: RunOptions['onRun']) {
  let runs = 0;
  let failedAt = Infinity;
  return async (drawn: unknown): Promise<void> => {
    if (performance.now() - failedAt > SHRINKING_MS) return;
    try {
      await holds(drawn);
    } catch (error) {
      failedAt = Math.min(failedAt, performance.now());
      throw error;
    }
    if (failedAt === Infinity) onRun((runs += 1));
  };
}

/** What is left to say when the world of a family cannot even be built. */
export const withoutWorld = (name: FamilyName, seed: number, error: unknown): FamilyResult => ({
  family: name,
  runs: 0,
  seconds: 0,
  met: {},
  failure: {
    message: `its world cannot be built: ${messageOf(error)}`,
    counterexample: null,
    path: '',
    shrinks: 0,
    replay: `npm run fuzz -- --only ${name} --seed ${seed}`,
  },
});

/** Runs the family until all runs are done or one of them fails. */
export async function runFamily(
  name: FamilyName,
  family: Family,
  options: RunOptions,
): Promise<FamilyResult> {
  const started = performance.now();
  const { runs, seed, path } = options;
  const property = fc.asyncProperty(family.arbitrary, counted(family, options.onRun));
  const details = await fc.check(property, {
    seed,
    ...(path === undefined ? { numRuns: runs } : { path, endOnFailure: true }),
  });
  return {
    family: name,
    runs: details.numRuns,
    seconds: (performance.now() - started) / 1000,
    met: family.tally.counts,
    failure: details.failed
      ? failureOf(name, options, details as fc.RunDetailsFailureProperty<[unknown]>)
      : null,
  };
}
