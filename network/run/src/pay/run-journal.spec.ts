// SPDX-License-Identifier: Apache-2.0
// The journal of a run after a crash, and after somebody changed it.
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FinalState } from './outcome.js';
import { RunJournal, type Ended } from './run-journal.js';

const ended = (state: FinalState): Ended => ({ state, refusal: null, basis: ['a'], attempt: 1 });

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-journal-'));
  file = join(folder, 'pay', 'orders.jsonl');
  const journal = new RunJournal(file);
  journal.end('one', ended('released'));
  journal.end('two', { ...ended('refused'), refusal: 'CODE_WRONG' });
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the next run knows a row that ended', () => {
  expect(new RunJournal(file).ended('two')).toMatchObject({
    state: 'refused',
    refusal: 'CODE_WRONG',
  });
  expect(new RunJournal(file).ended('three')).toBeUndefined();
});

test.each([1, 5, 20])(
  'half a line of %i characters at the end is ignored, and its row runs again',
  (length) => {
    const whole = readFileSync(file, 'utf8');
    appendFileSync(file, '{"row":"three","state":"released"}'.slice(0, length));
    const journal = new RunJournal(file);
    expect(journal.ended('one')?.state).toBe('released');
    expect(journal.ended('three')).toBeUndefined();
    journal.end('three', ended('captured'));
    expect(readFileSync(file, 'utf8')).toBe(
      `${whole}${JSON.stringify({ row: 'three', ...ended('captured') })}\n`,
    );
    expect(new RunJournal(file).ended('three')).toEqual(ended('captured'));
  },
);

test('names a damaged line', () => {
  writeFileSync(file, readFileSync(file, 'utf8').replace('"two"', '2'));
  expect(() => new RunJournal(file)).toThrow(
    expect.objectContaining({ code: 'FILE_DAMAGED', details: { file, line: 2 } }) as Error,
  );
});
