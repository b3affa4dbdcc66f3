// SPDX-License-Identifier: Apache-2.0
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { contentVersion } from './content-version.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'content-'));
  write('package.json', '{}');
  write('tsconfig.json', '{}');
  write('dist/index.js', 'a');
  write('domain/dist/money.js', 'b');
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

describe('contentVersion', () => {
  it('is the same for the same content in another folder', () => {
    const copy = `${folder}-copy`;
    cpSync(folder, copy, { recursive: true });
    expect(contentVersion(copy, 'p')).toBe(contentVersion(folder, 'p'));
    rmSync(copy, { recursive: true });
  });

  it.each(['dist/index.js', 'dist/new.js', 'domain/dist/money.js'])('changes with %s', (name) => {
    const before = contentVersion(folder, 'p');
    write(name, 'changed');
    expect(contentVersion(folder, 'p')).not.toBe(before);
  });

  it('changes with collections and policy', () => {
    expect(contentVersion(folder, 'p')).not.toBe(contentVersion(folder, 'q'));
  });

  it.each([
    'dist/index.js.map',
    'dist/index.d.ts',
    'dist/tsconfig.tsbuildinfo',
    'src/index.ts',
    'dist/node_modules/x.js',
  ])('does not change with %s', (name) => {
    const before = contentVersion(folder, 'p');
    write(name, 'changed');
    expect(contentVersion(folder, 'p')).toBe(before);
  });

  it('includes all files of a package that is not compiled', () => {
    rmSync(join(folder, 'dist'), { recursive: true });
    rmSync(join(folder, 'domain'), { recursive: true });
    rmSync(join(folder, 'tsconfig.json'));
    write('index.js', 'a');
    const before = contentVersion(folder, 'p');
    write('index.js', 'b');
    expect(contentVersion(folder, 'p')).not.toBe(before);
  });

  it('refuses a package that was not compiled yet, and a folder without a package', () => {
    rmSync(join(folder, 'dist'), { recursive: true });
    rmSync(join(folder, 'domain'), { recursive: true });
    const notBuilt = expect.objectContaining({ code: 'CHAINCODE_NOT_BUILT' }) as Error;
    expect(() => contentVersion(folder, 'p')).toThrow(notBuilt);
    expect(() => contentVersion(join(folder, 'none'), 'p')).toThrow(notBuilt);
  });
});
