// SPDX-License-Identifier: Apache-2.0
// How little a command loads before it does anything. Tests names of files, because times differ between machines.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const DIST = join(__dirname, '..', 'dist');

/** Loads compiled files in a separate process. @returns the packages and rooms that they loaded. */
function loadedBy(...files: readonly string[]): string[] {
  const paths = files.map((file) => join(DIST, file));
  const script = `${JSON.stringify(paths)}.forEach(require); console.log(Object.keys(require.cache).join('\\n'))`;
  const loaded = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }).split('\n');
  return [...new Set(loaded.flatMap((path) => nameOf(path) ?? []))];
}

/** `fastify` of `…/node_modules/fastify/…`, `sdk` of `…/sdk/dist/…`. */
const nameOf = (path: string): string | undefined =>
  /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? /([^/]+)\/dist\//.exec(path)?.[1];

/** Packages of services, databases and readers of files. */
const HEAVY = [
  'fastify',
  'pino',
  'kysely',
  '@electric-sql/pglite',
  'csv-parse',
  'libphonenumber-js',
  'tar',
  'yaml',
  'qrcode',
];

test('help and version load neither ledger nor network', () => {
  expect(loadedBy('program.js').sort()).toEqual(['commander', 'scripts']);
});

test('a query loads the client, but no service, database or reader of files', () => {
  const queries = ['balance', 'trail', 'alarms'].map((name) => `commands/${name}.js`);
  const loaded = loadedBy(...queries, 'by-hand/call.js');
  expect(loaded).toEqual(expect.arrayContaining(['sdk', 'operate', '@grpc/grpc-js']));
  expect(loaded.filter((name) => HEAVY.includes(name))).toEqual([]);
});
