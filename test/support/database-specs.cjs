// SPDX-License-Identifier: Apache-2.0
// Which specs keep tables: those that reach `testPlace()` through the imports of our own files. Found, not listed, so that none is
// forgotten: the linter lets no spec open a database by another way.
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { dirname, join, resolve } = require('node:path');

const PLACE = join('network', 'nodes', 'common', 'src', 'testing', 'test-place.ts');
const FOLDERS = [join('network'), join('test', 'contract')];
const SKIPPED = new Set(['node_modules', 'dist']);

/** @returns the paths of all specs below the folder */
function specsIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : specsIn(path);
    return entry.name.endsWith('.spec.ts') ? [path] : [];
  });
}

/** Files beside this one that it imports; what only gives types does not run. */
function importsOf(file) {
  const found = readFileSync(file, 'utf8').matchAll(
    /^(?:import|export)\s(?!type\b)(?:[^;]*?\sfrom\s)?'(\.[^']+)\.js';/gm,
  );
  return [...found]
    .map(([, path]) => `${resolve(dirname(file), path)}.ts`)
    .filter((path) => existsSync(path));
}

/**
 * @param root the repository
 * @returns absolute paths of the specs that open a database
 */
function databaseSpecs(root) {
  const place = resolve(root, PLACE);
  const known = new Map([[place, true]]);
  // It ends, because imports have no cycles.
  const reaches = (file) => {
    const answer = known.get(file);
    if (answer !== undefined) return answer;
    const found = importsOf(file).some(reaches);
    known.set(file, found);
    return found;
  };
  return FOLDERS.flatMap((folder) => specsIn(resolve(root, folder))).filter(reaches);
}

module.exports = { databaseSpecs };
