// SPDX-License-Identifier: Apache-2.0
// Blocks of a real network, described in fixtures/README.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The numbers of the blocks that are kept. */
export const REAL_BLOCKS = [0, 1, 2, 86, 104, 130, 451] as const;

/** @returns Fabric's `Block` */
export const realBlock = (number: (typeof REAL_BLOCKS)[number]): Buffer =>
  gunzipSync(readFileSync(join(__dirname, 'fixtures', `block-${String(number)}.gz`)));
