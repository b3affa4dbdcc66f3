// SPDX-License-Identifier: Apache-2.0
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeJson } from '@fabric-offline-pay/node-common';
import { defaultTopology } from '../topology/default-topology.js';
import { downNetwork, resetNetwork } from './down-network.js';
import { establishPlan, requirePlan, resolveHome } from './home.js';

it('makes an existing home private to its owner, because it will hold keys', async () => {
  const home = mkdtempSync(join(tmpdir(), 'home-'));
  try {
    chmodSync(home, 0o755);
    await establishPlan(home, defaultTopology, 'free');
    expect(statSync(home).mode & 0o777).toBe(0o700);
  } finally {
    rmSync(home, { recursive: true });
  }
});

it('makes no folder for a home that is only looked up', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'home-'));
  const nowhere = join(parent, 'mistyped', 'home');
  try {
    expect(() => requirePlan(resolveHome(nowhere))).toThrow(
      expect.objectContaining({ code: 'NETWORK_NOT_UP' }) as Error,
    );
    await downNetwork({ home: nowhere });
    await resetNetwork({ home: nowhere });
    expect(existsSync(join(parent, 'mistyped'))).toBe(false);
  } finally {
    rmSync(parent, { recursive: true });
  }
});

describe('the default network', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'home-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const namesIn = async (): Promise<readonly string[]> =>
    (await establishPlan(home, undefined, 'free')).organisations.map(({ topology }) => topology.id);

  it('has an organisation that only reads, if the home is new', async () => {
    expect(await namesIn()).toEqual(['bank', 'merchant', 'logistics', 'auditor']);
    expect(await namesIn()).toEqual(['bank', 'merchant', 'logistics', 'auditor']);
  });

  it('has the organisations of a home from before there was one', async () => {
    const older = defaultTopology.organisations
      .filter(({ readsOnly }) => !readsOnly)
      .map((each) => Object.entries(each).filter(([name]) => name !== 'readsOnly'))
      .map((entries): unknown => Object.fromEntries(entries));
    writeJson(join(home, 'topology.json'), { ...defaultTopology, organisations: older });
    writeJson(join(home, 'ports.json'), { base: 20_000 });
    expect(await namesIn()).toEqual(['bank', 'merchant', 'logistics']);
    expect(await namesIn()).toEqual(['bank', 'merchant', 'logistics']);
  });
});
