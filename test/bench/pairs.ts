// SPDX-License-Identifier: Apache-2.0
// Paired rounds in the order A B, B A, A B …: a drift of the machine affects both, so that their ratio is stable.

export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** One measured run of a contender. */
export type Measure<Result> = () => Promise<Result>;

export interface Pair<Result> {
  readonly control: Result;
  readonly contender: Result;
}

/** Runs one pair; `round` says who goes first. */
export async function pair<Result>(
  round: number,
  control: Measure<Result>,
  contender: Measure<Result>,
): Promise<Pair<Result>> {
  if (round % 2 === 0) {
    const first = await control();
    return { control: first, contender: await contender() };
  }
  const first = await contender();
  return { control: await control(), contender: first };
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
};

export const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  low: Math.min(...values),
  high: Math.max(...values),
});

/** The ratios contender ÷ control of a figure, pair by pair. */
export const ratiosOf = <Result>(
  pairs: readonly Pair<Result>[],
  figure: (result: Result) => number,
): number[] => pairs.map(({ control, contender }) => figure(contender) / figure(control));
