// SPDX-License-Identifier: Apache-2.0
// After the project `network`.
import { rmSync } from 'node:fs';
import { CERTIFICATES_VARIABLE } from './issued-certificates.js';

export default function teardown(): void {
  const folder = process.env[CERTIFICATES_VARIABLE];
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
