// SPDX-License-Identifier: Apache-2.0
// The doctor without a running network: no home, an empty one, a damaged one. It never throws and changes nothing.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeJson } from '@fabric-offline-pay/node-common';
import { defaultTopology } from '@fabric-offline-pay/operate';
import { doctor } from './doctor.js';

let folder: string;
let home: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  home = join(folder, 'home');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('without a home, it checks the machine, says how to begin, and makes no folder', async () => {
  const { checks } = await doctor(home);
  expect(existsSync(home)).toBe(false);
  expect(checks).toContainEqual(expect.objectContaining({ name: 'Node.js', outcome: 'ok' }));
  expect(checks).toContainEqual(expect.objectContaining({ name: 'home', outcome: 'not asked' }));
  expect(checks.find(({ name }) => name === 'home')?.remedy).toContain('npm start');
});

test('names a damaged home and what to do, and runs the other checks', async () => {
  mkdirSync(home);
  writeFileSync(join(home, 'topology.json'), '{');
  const { isWell, checks } = await doctor(home);
  expect(isWell).toBe(false);
  expect(readdirSync(home)).toEqual(['topology.json']);
  const damaged = checks.find(({ name }) => name === 'home');
  expect(damaged).toMatchObject({ outcome: 'failed' });
  expect(damaged?.found).toMatch(/^FILE_DAMAGED: .*topology\.json/);
  expect(damaged?.remedy).toContain('network -- reset');
  expect(checks).toContainEqual(expect.objectContaining({ name: 'disk', outcome: 'ok' }));
});

test('damaged files that a start left in the home are told', async () => {
  mkdirSync(home);
  writeJson(join(home, 'topology.json'), defaultTopology);
  writeJson(join(home, 'ports.json'), { base: 17_050 });
  writeFileSync(join(home, 'deployment.json'), 'garbage');
  const { checks } = await doctor(home);
  expect(checks.find(({ name }) => name === 'home')).toMatchObject({
    outcome: 'failed',
    found: expect.stringMatching(/^FILE_DAMAGED: .*deployment\.json/) as string,
  });
});

test('names a home that is a file, without a raw error', async () => {
  writeFileSync(home, '');
  const { isWell, checks } = await doctor(home);
  expect(isWell).toBe(false);
  expect(checks.find(({ name }) => name === 'home')).toMatchObject({
    outcome: 'failed',
    found: 'could not be checked: ENOTDIR',
  });
});

test('names the programs that FABRIC_BIN lacks, and what to do', async () => {
  const before = process.env['FABRIC_BIN'];
  process.env['FABRIC_BIN'] = folder;
  try {
    const { checks } = await doctor(home);
    expect(checks.find(({ name }) => name === 'FABRIC_BIN')).toMatchObject({
      outcome: 'failed',
      found: expect.stringMatching(/^PREREQUISITE_MISSING: .*osnadmin/) as string,
      remedy: expect.stringContaining(folder) as string,
    });
  } finally {
    if (before === undefined) delete process.env['FABRIC_BIN'];
    else process.env['FABRIC_BIN'] = before;
  }
});
