// SPDX-License-Identifier: Apache-2.0
import { homedir } from 'node:os';
import { join } from 'node:path';

/** @returns where what can be made again is kept: `$XDG_CACHE_HOME/fabric-offline-pay`, or the same under `~/.cache`. */
export const cacheFolder = (environment: NodeJS.ProcessEnv = process.env): string =>
  join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'fabric-offline-pay');
