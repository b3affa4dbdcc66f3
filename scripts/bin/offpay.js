#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Starts the command line; tells how to build it when it is not built yet.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const program = join(__dirname, '..', 'dist', 'offpay.js');
if (existsSync(program)) {
  require(program);
} else {
  console.error('CHAINCODE_NOT_BUILT: run npm run build first (npm start does it for you).');
  process.exitCode = 1;
}
