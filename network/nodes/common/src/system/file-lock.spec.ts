// SPDX-License-Identifier: Apache-2.0
// Of all processes that want a lock one has it, and none when that has ended, however and wherever it runs.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs, { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withLock } from './file-lock.js';
import { ownReference, processIdentity } from './process-identity.js';
import { waitUntil } from './wait-until.js';

const COMPILED_LOCK = join(__dirname, '..', '..', 'dist', 'system', 'file-lock.js');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

describe('withLock', () => {
  it('lets one in at a time', async () => {
    let inside = 0;
    let most = 0;
    const enter = (): Promise<void> =>
      withLock(join(folder, 'lock'), 5000, async () => {
        most = Math.max(most, ++inside);
        await new Promise(setImmediate);
        inside--;
      });
    await Promise.all([enter(), enter(), enter()]);
    expect(most).toBe(1);
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });

  /** A process that holds the lock until it is killed. */
  async function holdElsewhere(lock: string): Promise<ChildProcess> {
    const program = `
      const { withLock } = require(process.argv[1]);
      withLock(process.argv[2], 0, () => new Promise(() => setInterval(() => undefined, 1000)));
    `;
    const args = ['-e', program, COMPILED_LOCK, lock];
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    await waitUntil('the other process to hold it', () => existsSync(lock) || undefined, {
      deadlineMs: 10_000,
    });
    return child;
  }

  it('is held by a process that seems dead from here, and by nobody once that was killed', async () => {
    const lock = join(folder, 'lock');
    const child = await holdElsewhere(lock);
    // As from another container: its number means another process here, or none.
    const owner = { pid: process.pid, identity: 'elsewhere', place: 'shop-2 pid:[4026532201]' };
    writeFileSync(lock, JSON.stringify(owner));
    const enter = (): Promise<string> => withLock(lock, 0, () => Promise.resolve('done'));
    await expect(enter()).rejects.toMatchObject({
      code: 'NETWORK_BUSY',
      message: expect.stringContaining('in another container or host: shop-2 ') as string,
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect(enter()).resolves.toBe('done');
  });

  it('is held by one of several processes that try again and again', async () => {
    const program = `
      const { withLock } = require(process.argv[1]);
      const { rmSync, writeFileSync } = require('node:fs');
      const [lock, inside] = process.argv.slice(2);
      const enter = async () => {
        writeFileSync(inside, '', { flag: 'wx' });
        await new Promise(setImmediate);
        rmSync(inside);
      };
      (async () => {
        for (let times = 0; times < 20; times += 1) await withLock(lock, 20000, enter);
      })();
    `;
    const args = ['-e', program, COMPILED_LOCK, join(folder, 'lock'), join(folder, 'inside')];
    const runs = [1, 2, 3].map(() => promisify(execFile)(process.execPath, args));
    await expect(Promise.all(runs)).resolves.toHaveLength(3);
  });

  it('is held on a full disk, too, and leaves nothing there', async () => {
    jest.spyOn(fs, 'writeFileSync').mockImplementation(() => {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    });
    const lock = join(folder, 'lock');
    const nested = withLock(lock, 0, () => withLock(lock, 0, () => Promise.resolve()));
    await expect(nested).rejects.toMatchObject({ code: 'NETWORK_BUSY' });
    await expect(withLock(lock, 0, () => Promise.resolve('done'))).resolves.toBe('done');
    expect(readdirSync(folder)).toEqual(['lock.mutex']);
  });

  it('is respected when an earlier version holds it, with the file alone', async () => {
    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    const pid = other.pid ?? 0;
    const held = JSON.stringify({ pid, identity: processIdentity(pid), token: 'x' });
    writeFileSync(join(folder, 'lock'), held);
    const entered = withLock(join(folder, 'lock'), 0, () => Promise.resolve());
    await expect(entered).rejects.toMatchObject({ code: 'NETWORK_BUSY', details: { pid } });
    other.kill('SIGKILL');
  });

  it('refuses while a living process holds it', async () => {
    const inner = withLock(join(folder, 'lock'), 0, () =>
      withLock(join(folder, 'lock'), 0, () => Promise.resolve()),
    );
    await expect(inner).rejects.toMatchObject({
      code: 'NETWORK_BUSY',
      message: `Another process is running (pid ${process.pid})`,
    });
  });

  it.each([
    ['a dead owner', JSON.stringify({ ...ownReference(), identity: 'before', token: 'x' })],
    ['an owner that cannot be read', 'nonsense'],
  ])('takes the lock over from %s', async (_, content) => {
    writeFileSync(join(folder, 'lock'), content);
    await expect(withLock(join(folder, 'lock'), 0, () => Promise.resolve('done'))).resolves.toBe(
      'done',
    );
  });

  it('gives the lock back when the work fails', async () => {
    const failing = withLock(join(folder, 'lock'), 0, () => Promise.reject(new Error('failed')));
    await expect(failing).rejects.toThrow('failed');
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });
});
