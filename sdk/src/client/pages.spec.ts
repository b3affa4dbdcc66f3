// SPDX-License-Identifier: Apache-2.0
import { defined } from '../../../test/support/defined.js';
import { everyEntry, pages } from './pages.js';

const BOOK: Readonly<Record<string, { entries: readonly number[]; next: string | null }>> = {
  '': { entries: [1, 2], next: 'b' },
  b: { entries: [], next: 'c' },
  c: { entries: [3], next: null },
};

interface Input {
  readonly of: string;
  readonly after?: string;
}

function listed() {
  const asked: Input[] = [];
  const list = (input: Input) => {
    asked.push(input);
    return Promise.resolve(defined(BOOK[input.after ?? ''], 'such page'));
  };
  return { asked, list };
}

test('asks for every page, past an empty one, until there is no next page', async () => {
  const { asked, list } = listed();
  const found: (readonly number[])[] = [];
  for await (const { entries } of pages(list, { of: 'x' })) found.push(entries);
  expect(found).toEqual([[1, 2], [], [3]]);
  expect(asked).toEqual([{ of: 'x' }, { of: 'x', after: 'b' }, { of: 'x', after: 'c' }]);
});

test('does not ask for pages that the reader does not want', async () => {
  const { asked, list } = listed();
  for await (const page of pages(list, { of: 'x' })) if (page.entries.includes(1)) break;
  expect(asked).toHaveLength(1);
});

test('puts the entries of all pages together', async () => {
  const { list } = listed();
  expect(await everyEntry(list, { of: 'x' }, ({ entries }) => entries)).toEqual([1, 2, 3]);
});
