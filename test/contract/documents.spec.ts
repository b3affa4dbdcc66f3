// SPDX-License-Identifier: Apache-2.0
// What documents name is there: files of this repository, and the jobs of a node.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { JOBS } from '../../network/nodes/logistics/src/jobs.js';

const ROOT = resolve(__dirname, '..', '..');
const ROOMS = ['.github', 'chaincode', 'docs', 'network', 'scripts', 'sdk', 'test'];
const LEFT_OUT = new Set(['node_modules', 'dist', 'api-pages', '.cache']);

function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (!entry.isDirectory()) return [path];
    const isOurs = folder === '' ? ROOMS.includes(entry.name) : !LEFT_OUT.has(entry.name);
    return isOurs ? filesBelow(path) : [];
  });
}

const FILES = filesBelow('');

/** A document may leave out where a file lies, and the folder of sources: `domain/ledger/rows.ts`. It begins with a name, so that ends meet. */
const ENDS = new Set(
  FILES.map((file) => file.replaceAll('/src/', '/').split('/')).flatMap((parts) =>
    parts.map((_, start) => parts.slice(start).join('/')),
  ),
);

/** Of earlier versions it tells what was there then. */
const DOCUMENTS = FILES.filter((file) => file.endsWith('.md') && file !== 'CHANGELOG.md');

const NAMED = /`((?:[\w.@-]+\/)+[\w.@-]+\.(?:ts|cjs|mjs|go|py|proto|md))`/g;

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

test('each file that a document names is there', () => {
  const named = DOCUMENTS.flatMap((document) =>
    [...read(document).matchAll(NAMED)].map(([, path = '']) => ({ document, path })),
  );
  expect(named.length).toBeGreaterThan(500);
  expect(named.filter(({ path }) => !ENDS.has(path.replaceAll('/src/', '/')))).toEqual([]);
});

test("the table of jobs is that of the logistics company's node", () => {
  const [, table = ''] = read('network/nodes/logistics/README.md').split(/^\| job .*\n/m);
  const [rows = ''] = table.split('\n\n');
  const named = [...rows.matchAll(/^\| `([a-z-]+)`/gm)].map(([, name]) => name);
  expect(named).toEqual(Object.values(JOBS));
});
