// SPDX-License-Identifier: Apache-2.0
// How little a command loads: what it waits for before it does anything. Figures of one machine say little, names of files do not change.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const DIST = join(__dirname, '..', 'dist');

/** Loads compiled files in a process of its own. @returns the packages and the own rooms that they brought along. */
function loadedBy(...files: readonly string[]): string[] {
  const paths = files.map((file) => join(DIST, file));
  const script = `${JSON.stringify(paths)}.forEach(require); console.log(Object.keys(require.cache).join('\\n'))`;
  const loaded = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }).split('\n');
  return [...new Set(loaded.flatMap((path) => nameOf(path) ?? []))];
}

/** `fastify` of `…/node_modules/fastify/…`, `sdk` of `…/sdk/dist/…`. */
const nameOf = (path: string): string | undefined =>
  /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? /([^/]+)\/dist\//.exec(path)?.[1];

/** What services, databases and readers of files are made of. */
const HEAVY = [
  ...['fastify', 'pino', 'kysely', '@electric-sql/pglite'],
  ...['csv-parse', 'libphonenumber-js', 'tar', 'yaml', 'qrcode'],
];

test('help and version load the words, and neither ledger nor network', () => {
  expect(loadedBy('program.js').sort()).toEqual(['commander', 'scripts']);
});

test('a query loads the client, and no service, no database and no reader of files', () => {
  const queries = ['balance', 'trail', 'alarms'].map((name) => `commands/${name}.js`);
  const loaded = loadedBy(...queries, 'by-hand/call.js');
  expect(loaded).toEqual(expect.arrayContaining(['sdk', 'operate', '@grpc/grpc-js']));
  expect(loaded.filter((name) => HEAVY.includes(name))).toEqual([]);
});
