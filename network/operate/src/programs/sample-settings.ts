// SPDX-License-Identifier: Apache-2.0
// Reads the sample settings that come with Fabric's programs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkError } from '@fabric-offline-pay/node-common';
import { parse } from 'yaml';
import { type Settings, isTree } from '../config/merge-settings.js';
import type { FabricPrograms } from './program-paths.js';

/**
 * @returns one of Fabric's sample files, with merge keys resolved.
 * @throws NetworkError `PREREQUISITE_MISSING` when the file holds no settings.
 */
export function sampleSettings(
  programs: FabricPrograms,
  file: 'core.yaml' | 'orderer.yaml' | 'configtx.yaml',
): Settings {
  const path = join(programs.config, file);
  const content: unknown = parse(readFileSync(path, 'utf8'), { merge: true });
  if (!isTree(content)) {
    throw new NetworkError('PREREQUISITE_MISSING', `${path} holds no settings`);
  }
  return content;
}
