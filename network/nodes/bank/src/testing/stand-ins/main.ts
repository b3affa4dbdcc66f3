// SPDX-License-Identifier: Apache-2.0
// The process of the stand-ins: `node main.js <configuration file>`. Whatever ends it loses nothing: all is written before it is told.
import { readFileSync } from 'node:fs';
import { openStandIns } from './stand-ins.js';
import { standInsConfig } from './shapes.js';

const [, , file = ''] = process.argv;

openStandIns(standInsConfig.parse(JSON.parse(readFileSync(file, 'utf8')))).catch(
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
