#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Starts the command line. If it is not built yet, says how to build it.
const { existsSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { homedir } = require('node:os');
const { join } = require('node:path');

const program = join(__dirname, '..', 'dist', 'offpay.js');
if (existsSync(program)) {
  // Compiles once, not at every command. The cache is the user's own, because others may write where Node.js keeps its own.
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  enableCompileCache?.(join(caches, 'fabric-offline-pay', 'compiled'));
  require(program);
} else {
  console.error('CHAINCODE_NOT_BUILT: run npm run build first (npm start does it for you).');
  process.exitCode = 1;
}
