// SPDX-License-Identifier: Apache-2.0
// Runs a TypeScript file of the tests with plain Node.js: `node run-typescript.cjs <file> <arguments…>`. The workspaces'
// packages are taken as they were built.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { resolve } = require('node:path');
const { ModuleKind, ScriptTarget, transpileModule } = require('typescript');

const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2023 };
require.extensions['.ts'] = (module, path) => {
  const { outputText } = transpileModule(readFileSync(path, 'utf8'), { compilerOptions });
  module._compile(outputText, path);
};

// TypeScript names the file that it would write.
const findFile = Module._resolveFilename;
Module._resolveFilename = (request, parent, ...rest) => {
  const isSource = parent?.filename?.endsWith('.ts') && /^\.{1,2}\/.*\.js$/.test(request);
  return findFile(isSource ? request.replace(/\.js$/, '.ts') : request, parent, ...rest);
};

process.argv.splice(1, 1);
require(resolve(process.argv[1]));
