// SPDX-License-Identifier: Apache-2.0
// The chaincode of the agreement suite: the real contracts and the probe, the same package for the peers and in memory.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { patchedChaincode } from '../support/patched-chaincode.js';
import { ProbeContract } from './probe-contract.js';

/** Writes the package into a new folder. @returns the folder, for `chaincodeDirectory` */
export function probeChaincode(folder: string): string {
  const source = readFileSync(join(__dirname, 'probe-contract.ts'), 'utf8');
  const { outputText } = transpileModule(source, {
    compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2023 },
  });
  const probe = `((exports) => { ${outputText}\nreturn exports.${ProbeContract.name}; })({})`;
  return patchedChaincode(folder, `add(${probe});`);
}
