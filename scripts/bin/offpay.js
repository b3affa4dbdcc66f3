#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Starts the command line; tells how to build it when it is not built yet.
const { existsSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { homedir } = require('node:os');
const { join } = require('node:path');

const program = join(__dirname, '..', 'dist', 'offpay.js');
if (existsSync(program)) {
  // Compiled once, not at every command. In the user's own cache, not where Node.js keeps it: others may write there.
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  enableCompileCache?.(join(caches, 'fabric-offline-pay', 'compiled'));
  require(program);
} else {
  console.error('CHAINCODE_NOT_BUILT: run npm run build first (npm start does it for you).');
  process.exitCode = 1;
}
