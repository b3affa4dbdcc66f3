// SPDX-License-Identifier: Apache-2.0
// Reads lists page by page.
import type { QueryOptions } from './transport.js';

/** A page of a list. `next` says where the next page begins; null means that there is none. */
export interface ListPage {
  readonly next: string | null;
}

/**
 * Reads a list page by page, until the last one.
 *
 * @param list a query of the client whose input takes `after` and whose answer has `next`
 * @throws what the query throws
 * @example
 * for await (const { alarms } of pages(client.alarm.listAlarms, { bankId, open: true })) show(alarms);
 */
export async function* pages<Input extends object, Page extends ListPage>(
  list: (input: Input, options?: QueryOptions) => Promise<Page>,
  input: Input,
  options?: QueryOptions,
): AsyncGenerator<Page, void> {
  let page = await list(input, options);
  yield page;
  while (page.next !== null) {
    page = await list({ ...input, after: page.next }, options);
    yield page;
  }
}

/** Like {@link pages}, but returns the entries of all pages together. For lists that are known to be short. */
export async function everyEntry<Input extends object, Page extends ListPage, Entry>(
  list: (input: Input, options?: QueryOptions) => Promise<Page>,
  input: Input,
  entriesOf: (page: Page) => readonly Entry[],
  options?: QueryOptions,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const page of pages(list, input, options)) entries.push(...entriesOf(page));
  return entries;
}
