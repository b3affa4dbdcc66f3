// SPDX-License-Identifier: Apache-2.0
// The runner of the fuzz command: what it finds it shrinks, tells, and finds again.
import fc from 'fast-check';
import { defined } from '../support/defined.js';
import { FAMILY_NAMES, spread } from './families.js';
import { readOptions } from './fuzz-options.js';
import { must, type Family } from './property.js';
import { runFamily, type RunOptions } from './run-family.js';
import { Tally } from './tally.js';

const below = (limit: number): Family => ({
  arbitrary: fc.nat({ max: 1000 }),
  tally: new Tally(),
  holds: (drawn) => Promise.resolve().then(() => must(Number(drawn) < limit, 'too many')),
});

const options = (given: Partial<RunOptions>): RunOptions => ({
  runs: 500,
  seed: 7,
  path: undefined,
  onRun: () => undefined,
  ...given,
});

test('a family that holds runs as often as was asked', async () => {
  const told: number[] = [];
  const result = await runFamily(
    'hostile',
    below(1001),
    options({ onRun: (runs) => void told.push(runs) }),
  );
  expect(result).toMatchObject({ family: 'hostile', runs: 500, failure: null });
  expect(told.at(-1)).toBe(500);
});

test('a failure is shrunk, printed, and found again at once by its path', async () => {
  const { failure } = await runFamily('sequences', below(100), options({}));
  expect(failure).toMatchObject({ counterexample: 100 });
  expect(failure?.message).toContain('too many');
  const { path, replay } = defined(failure, 'failure');
  expect(replay).toBe(`npm run fuzz -- --only sequences --seed 7 --path ${path}`);
  const again = readOptions(replay.split(' ').slice(4));
  expect(again).toMatchObject({ families: ['sequences'], seed: 7, path });
  const found = await runFamily('sequences', below(100), options({ path }));
  expect(found).toMatchObject({ runs: 1, failure: { counterexample: 100, path } });
});

test('a long text of a counterexample is cut', async () => {
  const family = { ...below(0), arbitrary: fc.constant({ text: 'x'.repeat(5000) }) };
  const { failure } = await runFamily('hostile', family, options({}));
  expect(JSON.stringify(failure?.counterexample).length).toBeLessThan(1000);
});

test('runs are spread over the families, one at least', () => {
  const all = spread(1000, FAMILY_NAMES);
  expect(all.map(({ name }) => name)).toEqual(FAMILY_NAMES);
  expect(all.reduce((sum, { runs }) => sum + runs, 0)).toBe(1000);
  expect(spread(1, ['sequences'])).toEqual([{ name: 'sequences', runs: 1 }]);
  expect(spread(2, FAMILY_NAMES).every(({ runs }) => runs >= 1)).toBe(true);
});

test.each([
  [['--runs', 'many']],
  [['--runs', '0']],
  [['--only', 'constructor']],
  [['--path', '1:2']],
  [['--nonsense']],
])('%j is refused as senseless', (given) => {
  expect(() => readOptions(given)).toThrow(/--/);
});
