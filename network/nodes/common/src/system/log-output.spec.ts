// SPDX-License-Identifier: Apache-2.0
// A full disk neither ends nor holds a program that logs to it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

const COMPILED = join(__dirname, '..', '..', 'dist', 'system', 'log-output.js');

const LOGS = `
  const { pino } = require('pino');
  const log = pino(require(process.argv[1]).logOutput());
  log.info('one');
  setImmediate(() => { log.info('another'); process.exitCode = 7; });
`;

test('a program goes on and ends by itself when nothing of its log can be written', async () => {
  // Every write to it fails with ENOSPC.
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, ['-e', LOGS, COMPILED], {
    cwd: __dirname,
    stdio: ['ignore', full, 'ignore'],
    timeout: 20_000,
  });
  closeSync(full);
  expect(await once(child, 'exit')).toEqual([7, null]);
}, 30_000);
