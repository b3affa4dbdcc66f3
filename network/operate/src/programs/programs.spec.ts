// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silent } from '../progress.js';
import { buildKey } from './build-key.js';
import { findPrograms } from './find-programs.js';
import { PROGRAM_NAMES } from './program-paths.js';
import { isOlder, requireNode } from './prerequisites.js';

describe('buildKey', () => {
  it('stays the same for the same files and platform', () => {
    expect(buildKey(['a', 'b'], 'linux-x64')).toBe(buildKey(['a', 'b'], 'linux-x64'));
    expect(buildKey(['a', 'b'], 'linux-x64')).toMatch(/^linux-x64-[0-9a-f]{16}$/);
  });

  it('changes with every file, the borders between files, and the platform', () => {
    const keys = [
      buildKey(['a', 'b'], 'linux-x64'),
      buildKey(['a', 'c'], 'linux-x64'),
      buildKey(['ab', ''], 'linux-x64'),
      buildKey(['a', 'b'], 'darwin-arm64'),
    ];
    expect(new Set(keys).size).toBe(4);
  });
});

describe('isOlder', () => {
  it.each([
    ['20.18.9', '20.19.0', true],
    ['20.19', '20.19.0', false],
    ['20.19.0', '20.19.0', false],
    ['22.0.0', '20.19.0', false],
    ['1.9', '1.26.0', true],
    ['1.26rc1', '1.26.0', false],
  ])('%s against %s: %s', (version, than, expected) => {
    expect(isOlder(version, than)).toBe(expected);
  });

  it('fails for an old Node.js and says what to install', () => {
    const missing = expect.objectContaining({ code: 'PREREQUISITE_MISSING' }) as Error;
    expect(() => requireNode('22.23.3')).toThrow(missing);
  });
});

describe('findPrograms with FABRIC_BIN', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'programs-'));
    mkdirSync(join(folder, 'bin'));
    for (const name of PROGRAM_NAMES) {
      writeFileSync(join(folder, 'bin', name), '');
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const find = (environment: Record<string, string>): ReturnType<typeof findPrograms> =>
    findPrograms(silent, { FABRIC_BIN: join(folder, 'bin'), ...environment });

  it('uses the sample settings beside it, else those of FABRIC_CFG_PATH', async () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'core.yaml'), '');
    await expect(find({ FABRIC_CFG_PATH: other })).resolves.toMatchObject({ config: other });
    mkdirSync(join(folder, 'config'));
    writeFileSync(join(folder, 'config', 'core.yaml'), '');
    await expect(find({ FABRIC_CFG_PATH: other })).resolves.toMatchObject({
      config: join(folder, 'config'),
    });
  });

  it('says which programs are missing', async () => {
    rmSync(join(folder, 'bin', 'osnadmin'));
    await expect(find({})).rejects.toMatchObject({
      code: 'PREREQUISITE_MISSING',
      details: { missing: ['osnadmin'] },
    });
  });

  it('says that the sample settings are missing', async () => {
    await expect(find({})).rejects.toMatchObject({ code: 'PREREQUISITE_MISSING' });
  });
});
