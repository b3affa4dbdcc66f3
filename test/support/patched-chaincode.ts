// SPDX-License-Identifier: Apache-2.0
// Makes a chaincode package that runs the real contracts with a few transactions replaced: a cheating organisation's.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Of the repository, wherever this file was compiled to. */
const MODULES = join(
  dirname(require.resolve('@fabric-offline-pay/chaincode/package.json')),
  '..',
  'node_modules',
);

/** The real contracts; `replace` puts another method in the place of one of theirs, `add` adds a contract. */
const FRAME = `
const { Contract } = require('fabric-contract-api');
const real = require('@fabric-offline-pay/chaincode').contracts;
const replacements = [];
const added = [];
const replace = (contract, name, method) => replacements.push({ contract, name, method });
const add = (contract) => added.push(contract);

PATCH

const patched = (Real) => function () {
  const instance = new Real();
  for (const { contract, name, method } of replacements)
    if (contract === instance.getName()) Object.defineProperty(instance, name, { value: method });
  return instance;
};
exports.contracts = [...real.map(patched), ...added];
`;

/**
 * Writes the package into a new folder.
 * @param patch statements that call \`replace(contract, name, async (ctx, json) => …)\` and \`add(class extends Contract)\`
 * @returns the folder, for \`chaincodeDirectory\`
 */
export function patchedChaincode(folder: string, patch: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"name":"patched","main":"index.js"}');
  writeFileSync(
    join(folder, 'index.js'),
    FRAME.replace('PATCH', () => patch),
  );
  symlinkSync(MODULES, join(folder, 'node_modules'));
  return folder;
}
