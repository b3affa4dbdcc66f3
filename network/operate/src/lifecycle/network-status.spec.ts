// SPDX-License-Identifier: Apache-2.0
// What a home says of its processes, also when a start was broken off, or when the home is a copy.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownReference, writeJson } from '@fabric-offline-pay/node-common';
import {
  rememberService,
  writeSpec,
  writeState,
  writeSupervisor,
} from '../supervisor/run-folder.js';
import { defaultTopology } from '../topology/default-topology.js';
import { networkStatus } from './network-status.js';

let folder: string;
let home: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'network-status-'));
  home = join(folder, 'home');
  writeJson(join(home, 'topology.json'), defaultTopology);
  writeJson(join(home, 'ports.json'), { base: 17_050 });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A process that runs: this one. */
function run(name: string): void {
  const spec = { name, kind: 'ca' as const, organisation: 'bank', command: 'x', args: [] };
  writeSpec(home, { ...spec, env: {}, cwd: home, generation: 1 });
  writeState(home, { name, state: 'running', generation: 1, restarts: 0, ...ownReference() });
}

const statesIn = (place: string): Readonly<Record<string, string>> =>
  Object.fromEntries(networkStatus(place).nodes.map(({ name, state }) => [name, state]));

test('a home that is down lacks nothing', () => {
  rememberService(home, { name: 'bank-authentication', organisation: 'bank' });
  expect(networkStatus(home)).toMatchObject({ isUp: false, nodes: [] });
});

test('after a start that was broken off, the nodes that were not started are missing', () => {
  writeSupervisor(home, ownReference());
  run('bank-ca');
  rememberService(home, { name: 'bank-authentication', organisation: 'bank' });
  expect(networkStatus(home).isUp).toBe(false);
  expect(statesIn(home)).toMatchObject({
    'bank-ca': 'running',
    'merchant-ca': 'missing',
    'bank-orderer': 'missing',
    'logistics-peer': 'missing',
    'merchant-chaincode': 'missing',
    'bank-authentication': 'missing',
  });
});

test("a copy of a home claims none of the original's processes", () => {
  writeSupervisor(home, ownReference());
  run('bank-ca');
  const copy = join(folder, 'copy');
  cpSync(home, copy, { recursive: true });
  expect(networkStatus(home).supervisor.running).toBe(true);
  expect(statesIn(home)).toMatchObject({ 'bank-ca': 'running' });
  expect(networkStatus(copy).supervisor).toEqual({ running: false });
  expect(statesIn(copy)).toMatchObject({ 'bank-ca': 'stopped' });
});
