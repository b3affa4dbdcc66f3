// SPDX-License-Identifier: Apache-2.0
// Finds Fabric's programs: the operator's own, or ours, which are built once in a cache.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkError } from '@fabric-offline-pay/node-common';
import type { Progress } from '../progress.js';
import { buildPrograms } from './build-programs.js';
import { type FabricPrograms, PROGRAM_NAMES } from './program-paths.js';

/**
 * Finds Fabric's programs. `FABRIC_BIN` names a folder with ready ones (such as the `bin` of a Fabric release, with Fabric
 * CA's programs added). Their sample settings come from `$FABRIC_BIN/../config`, else from `FABRIC_CFG_PATH`. Without
 * `FABRIC_BIN`, the programs are built once from the Go modules in `network/fabric`.
 * @throws NetworkError `PREREQUISITE_MISSING` | `BUILD_FAILED`
 */
export async function findPrograms(
  progress: Progress,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<FabricPrograms> {
  const ready = environment['FABRIC_BIN'];
  return ready === undefined || ready === ''
    ? buildPrograms(progress, environment)
    : findReadyPrograms(ready, environment['FABRIC_CFG_PATH']);
}

function findReadyPrograms(bin: string, fallbackConfig: string | undefined): FabricPrograms {
  const missing = PROGRAM_NAMES.filter((name) => !existsSync(join(bin, name)));
  if (missing.length > 0) {
    throw new NetworkError('PREREQUISITE_MISSING', `FABRIC_BIN lacks ${missing.join(', ')}`, {
      advice: `Copy Fabric's and Fabric CA's programs to ${bin}, or unset FABRIC_BIN to build them.`,
      details: { bin, missing },
    });
  }
  const candidates = [join(bin, '..', 'config'), fallbackConfig ?? ''];
  const config = candidates.find((folder) => existsSync(join(folder, 'core.yaml')));
  if (config === undefined) {
    throw new NetworkError('PREREQUISITE_MISSING', 'There are no sample settings for FABRIC_BIN', {
      advice:
        "Copy Fabric's core.yaml, orderer.yaml and configtx.yaml to FABRIC_BIN/../config, or set FABRIC_CFG_PATH.",
      details: { candidates },
    });
  }
  return { bin, config };
}
