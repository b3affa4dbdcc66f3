// SPDX-License-Identifier: Apache-2.0
// Counting and percentiles.
import { percentile, Statistics } from './statistics.js';

test('counts calls, commits and each kind of retry separately', () => {
  const statistics = new Statistics();
  statistics.started();
  statistics.started();
  statistics.retried('conflict');
  statistics.retried('conflict');
  statistics.retried('unavailable');
  statistics.committed(40, 7n);
  expect(statistics.snapshot()).toEqual({
    submitted: 2,
    committed: 1,
    conflictsRetried: 2,
    outagesRetried: 1,
    divisionsRetried: 0,
    latencies: { count: 1, p50: 40, p95: 40, p99: 40, maximum: 40 },
  });
});

test('knows the highest block, in whatever order calls end', () => {
  const statistics = new Statistics();
  expect(statistics.lastBlock).toBe(0n);
  for (const block of [8n, 10n, 9n]) statistics.committed(1, block);
  expect(statistics.lastBlock).toBe(10n);
});

test('percentiles are by nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([0.5, 0.95, 0.99, 1].map((share) => percentile(values, share))).toEqual([50, 95, 99, 100]);
  expect(percentile([], 0.5)).toBe(0);
});

test('keeps only the last 10,000 durations', () => {
  const statistics = new Statistics();
  for (let number = 0; number < 10_000; number++) statistics.committed(1_000, 1n);
  for (let number = 0; number < 10_000; number++) statistics.committed(1, 1n);
  expect(statistics.snapshot()).toMatchObject({
    committed: 20_000,
    latencies: { count: 10_000, maximum: 1 },
  });
});
