// SPDX-License-Identifier: Apache-2.0
// When a network is up. The test writes the supervisor's files itself; no process runs.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ownReference } from '@fabric-offline-pay/node-common';
import { waitServicesReady } from './readiness.js';
import { logFile, writeSpec, writeState, type ProcessState } from './run-folder.js';

let home: string;
let ready: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'readiness-'));
  ready = join(home, 'bank', 'ready.json');
  const common = { organisation: 'bank', command: 'true', args: [], env: {}, cwd: home };
  writeSpec(home, {
    ...common,
    name: 'bank',
    kind: 'service',
    ready: { file: ready },
    generation: 1,
  });
  writeSpec(home, {
    ...common,
    name: 'peer',
    kind: 'peer',
    ready: { file: '/never' },
    generation: 1,
  });
  tell({ state: 'running', restarts: 0, ...ownReference() });
});
afterEach(() => rmSync(home, { recursive: true }));

const tell = (state: Omit<ProcessState, 'name' | 'generation'>): void =>
  writeState(home, { name: 'bank', generation: 1, ...state });

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

it('does not count a started service as ready', async () => {
  let isUp = false;
  const up = waitServicesReady(home).then(() => (isUp = true));
  await new Promise(setImmediate);
  expect(isUp).toBe(false);
  write(ready, '{}');
  await up;
});

it('says why an earlier service never becomes ready, with its last words', async () => {
  write(logFile(home, 'bank'), "Error: the bank's database is damaged\n    at open (x.js:1:1)\n");
  const up = waitServicesReady(home);
  await new Promise(setImmediate);
  const lastExit = { code: 1, signal: null, at: '2026-01-01T00:00:00.000Z' };
  tell({ state: 'waiting', restarts: 4, lastExit });
  await expect(up).rejects.toMatchObject({
    code: 'NODE_FAILED',
    message: "bank keeps dying: Error: the bank's database is damaged",
    details: { lastExit: { code: 1 } },
  });
});
