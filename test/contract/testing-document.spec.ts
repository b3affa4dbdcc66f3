// SPDX-License-Identifier: Apache-2.0
// What docs/testing.md shows is what is run: a merchant's first test, in at most fifteen lines.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (...path: string[]): string =>
  readFileSync(join(__dirname, '..', '..', ...path), 'utf8');

/** The first block of TypeScript under the heading. */
function snippetUnder(heading: string): string {
  const [, section = ''] = read('docs', 'testing.md').split(`## ${heading}\n`);
  return /```ts\n([\s\S]*?)```/.exec(section)?.[1] ?? '';
}

/** A file without its first comment. */
const codeOf = (source: string): string => source.slice(source.search(/^(?!\/\/)/m)).trimStart();

describe("the document's first test", () => {
  const snippet = snippetUnder('The first test');

  test('is the file that is run', () => {
    expect(snippet).toBe(codeOf(read('test', 'contract', 'first-test.spec.ts')));
  });

  test('has at most fifteen lines', () => {
    expect(snippet.trimEnd().split('\n').length).toBeLessThanOrEqual(15);
    expect(snippet.length).toBeGreaterThan(100);
  });
});
