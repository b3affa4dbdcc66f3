// SPDX-License-Identifier: Apache-2.0
// The packages work where nobody knows this repository: packed, laid into an empty folder, used by the programs of their own READMEs.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PUBLISHED, REPOSITORY } from '../../scripts/src/packages.js';
import { defined } from '../support/defined.js';
import { installPackages, type Installed } from '../support/installed.js';
import { VERSIONS } from '../versions/versions.js';

const TSC = join(REPOSITORY, 'node_modules', 'typescript', 'bin', 'tsc');
// Without the browser's library, which takes a third of the time and which nothing here is for.
const OPTIONS = '--strict --module nodenext --target es2023 --lib es2023 --types node'.split(' ');

let installed: Installed;

/** Puts the program that a README shows into the folder. */
function copyProgram(readme: string, name: string): void {
  const text = readFileSync(join(REPOSITORY, readme), 'utf8');
  const [, program] = /```(?:js|ts)\n([\s\S]+?)```/.exec(text) ?? [];
  writeFileSync(join(installed.folder, name), defined(program, `program in ${readme}`));
}

/** Errors are known by their class: `import` and `require` must give the same class. */
const BOTH_WAYS = `
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const names = ['domain', 'sdk', 'sdk/offline', 'testing', 'chaincode'];
for (const name of names.map((each) => '@fabric-offline-pay/' + each)) {
  const [imported, required] = [await import(name), require(name)];
  const differ = Object.keys(required).filter((key) => imported[key] !== required[key]);
  if (differ.length > 0) throw new Error(name + ': ' + differ.join());
}
console.log('same');
`;

beforeAll(async () => {
  installed = await installPackages(['@types/node']);
  copyProgram('chaincode/domain/README.md', 'common.cjs');
  copyProgram('sdk/README.md', 'module.mjs');
  copyProgram('chaincode/testing/README.md', 'typed.mts');
  writeFileSync(join(installed.folder, 'both.mjs'), BOTH_WAYS);
});
afterAll(() => installed.remove());

test('a package holds its code, README and licence, and no test', () => {
  expect(installed.packages).toHaveLength(PUBLISHED.length);
  for (const { paths } of installed.packages) {
    expect(paths).toEqual(
      expect.arrayContaining(['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']),
    );
    expect(
      paths.filter((path) => !/^(dist|src)\/|^(README\.md|LICENSE|package\.json)$/.test(path)),
    ).toEqual([]);
    expect(paths.filter((path) => /\.spec\.|tsbuildinfo/.test(path))).toEqual([]);
  }
});

test('a TypeScript program compiles with every type of the packages checked, and runs', async () => {
  const compiled = installed.run(
    process.execPath,
    TSC,
    ...OPTIONS,
    '--preserveSymlinks',
    'typed.mts',
  );
  await expect(compiled).resolves.toBe('');
  await expect(installed.run(process.execPath, 'typed.mjs')).resolves.toBe('released true\n');
}, 300_000);

test.each(VERSIONS)('by import and by require, on Node.js $version', async ({ node }) => {
  const [module, common, both] = await Promise.all(
    ['module.mjs', 'common.cjs', 'both.mjs'].map((program) => installed.run(node, program)),
  );
  expect(module).toBe('released\nREFUND_EXCEEDED\n');
  expect(common).toBe('52.80\nINPUT_INVALID\n');
  expect(both).toBe('same\n');
});
