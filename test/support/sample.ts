// SPDX-License-Identifier: Apache-2.0
// The expected outcomes of the sample's orders, and the comparison of a report with them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inputPaths, type LoadedInput, loadInput, type PayReport } from '@fabric-offline-pay/run';

export const SAMPLE = join(__dirname, '..', '..', 'network', 'run', 'sample');

export interface ExpectedOrder {
  readonly line: number;
  readonly orderNumber: string;
  readonly merchantId: string;
  readonly finalState: string;
  readonly refusal: string | null;
}

export const expectedOrders = (): ExpectedOrder[] =>
  JSON.parse(readFileSync(join(SAMPLE, 'expected.json'), 'utf8')) as ExpectedOrder[];

export const sampleInput = (): LoadedInput => loadInput(inputPaths(SAMPLE));

export const readReport = (file: string): PayReport =>
  JSON.parse(readFileSync(file, 'utf8')) as PayReport;

const named = (line: number, state: string, refusal: string | null): string =>
  `line ${line.toString()}: ${state} ${refusal ?? ''}`;

/** Every row of orders.csv ended as it must. */
export function expectSampleOutcomes(report: PayReport): void {
  const ended = report.outcomes.map(({ line, state, refusal }) => named(line, state, refusal));
  expect(ended).toEqual(
    expectedOrders().map(({ line, finalState, refusal }) => named(line, finalState, refusal)),
  );
}

/** issued − redeemed = all money on the ledger, in every currency. */
export function expectBalanced(report: PayReport): void {
  for (const { issued, redeemed, onLedger } of Object.values(report.money)) {
    expect(BigInt(onLedger)).toBe(BigInt(issued) - BigInt(redeemed));
    expect(BigInt(redeemed)).toBeGreaterThan(0n);
  }
}
