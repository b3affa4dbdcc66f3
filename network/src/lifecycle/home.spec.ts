// SPDX-License-Identifier: Apache-2.0
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultTopology } from '../topology/default-topology';
import { establishPlan } from './home';

it("makes a home that stood open to others its owner's alone, since it will hold keys", async () => {
  const home = mkdtempSync(join(tmpdir(), 'home-'));
  try {
    chmodSync(home, 0o755);
    await establishPlan(home, defaultTopology, 'free');
    expect(statSync(home).mode & 0o777).toBe(0o700);
  } finally {
    rmSync(home, { recursive: true });
  }
});
