// SPDX-License-Identifier: Apache-2.0
// Before the project `network`: a folder for what its networks have in common.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CERTIFICATES_VARIABLE } from './issued-certificates.js';

export default function setup(): void {
  process.env[CERTIFICATES_VARIABLE] = mkdtempSync(join(tmpdir(), 'offpay-certificates-'));
}
