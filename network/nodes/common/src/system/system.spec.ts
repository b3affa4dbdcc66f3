// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defined } from '../../../../../test/support/defined.js';
import { withLock } from './file-lock.js';
import { makeFolder, privately, readJsonIfPresent, writeFileAtomic, writeJson } from './files.js';
import { inParallel } from './in-parallel.js';
import { isListening, isPortFree, usedPorts } from './ports.js';
import {
  HOME_MARK,
  isAlive,
  markedProcesses,
  processIdentity,
  signalProcess,
} from './process-identity.js';
import { cleanEnvironment, runProgram } from './run-program.js';
import { waitUntil } from './wait-until.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'system-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const sleeper = ['-e', 'setInterval(() => undefined, 1000)'];

describe('process identity', () => {
  it('distinguishes a living process from an earlier one with its number', async () => {
    const child = spawn(process.execPath, sleeper, { stdio: 'ignore' });
    const pid = defined(child.pid, 'process id');
    const reference = { pid, identity: defined(processIdentity(pid), 'identity of the process') };
    const predecessor = { pid, identity: `${reference.identity}0` };
    expect(isAlive(reference)).toBe(true);
    expect(isAlive(predecessor)).toBe(false);
    expect(signalProcess(predecessor, 'SIGKILL')).toBe(false);
    expect(isAlive(reference)).toBe(true);
    expect(signalProcess(reference, 'SIGKILL')).toBe(true);
    await once(child, 'exit');
    expect(isAlive(reference)).toBe(false);
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('finds only the processes with the mark of a home', async () => {
    const env = { ...process.env, [HOME_MARK]: folder };
    const child = spawn(process.execPath, sleeper, { stdio: 'ignore', env });
    const find = (): true | undefined =>
      markedProcesses(folder).some(({ pid }) => pid === child.pid) || undefined;
    await waitUntil('the mark', find, { deadlineMs: 5000, intervalMs: 10 });
    expect(markedProcesses(`${folder}/other`)).toEqual([]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(markedProcesses(folder)).toEqual([]);
  });
});

describe('private files', () => {
  let before: number;
  beforeEach(() => (before = process.umask(0o022)));
  afterEach(() => process.umask(before));

  const modeOf = (...path: string[]): number => statSync(join(folder, ...path)).mode & 0o777;

  /** @returns the mode of a file that this process makes by default. */
  const madeMode = (name: string): number => {
    writeFileSync(join(folder, name), '');
    return modeOf(name);
  };

  it('makes files and folders for their owner only, under any mask of the process', () => {
    writeFileAtomic(join(folder, 'a', 'b', 'text'), 'x');
    writeJson(join(folder, 'a', 'json'), {});
    makeFolder(join(folder, 'c', 'd'));
    expect([modeOf('a'), modeOf('a', 'b'), modeOf('c'), modeOf('c', 'd')]).toEqual(
      Array(4).fill(0o700),
    );
    expect([modeOf('a', 'b', 'text'), modeOf('a', 'json')]).toEqual([0o600, 0o600]);
  });

  it('makes programs do the same, and restores the mask of the process', async () => {
    const file = join(folder, 'made');
    const script = `require('fs').writeFileSync(${JSON.stringify(file)}, '')`;
    await runProgram({ program: process.execPath, args: ['-e', script] });
    expect(modeOf('made')).toBe(0o600);
    expect(madeMode('own')).toBe(0o644);
    expect(() =>
      privately(() => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(madeMode('other')).toBe(0o644);
  });

  it('makes locks for their owner only', async () => {
    await withLock(join(folder, 'locks', 'lock'), 5000, async () => {
      expect([modeOf('locks'), modeOf('locks', 'lock')]).toEqual([0o700, 0o600]);
      await Promise.resolve();
    });
  });
});

describe('waitUntil', () => {
  it('repeats until there is an answer, also after failures', async () => {
    let calls = 0;
    const probe = (): string | undefined => {
      calls += 1;
      if (calls === 1) {
        throw new Error('not yet');
      }
      return calls === 3 ? 'now' : undefined;
    };
    await expect(waitUntil('it', probe, { deadlineMs: 5000, intervalMs: 1 })).resolves.toBe('now');
  });

  it('gives up at the deadline and carries the last error', async () => {
    const never = (): undefined => {
      throw new Error('never');
    };
    await expect(waitUntil('it', never, { deadlineMs: 0 })).rejects.toMatchObject({
      code: 'DEADLINE_PASSED',
      cause: new Error('never'),
    });
  });
});

describe('runProgram', () => {
  it('does not wait for what a late program started, and ends it', async () => {
    const pidFile = join(folder, 'pid');
    const script = join(folder, 'hanging');
    writeFileSync(script, `#!/bin/sh\nsleep 1000 &\necho $! > '${pidFile}'\nwait\n`, {
      mode: 0o700,
    });
    const running = runProgram({ program: script, args: [], deadlineMs: 500 });
    await expect(running).rejects.toMatchObject({ details: { exit: 'exit SIGKILL' } });
    const pid = Number(readFileSync(pidFile, 'utf8'));
    const gone = () => (processIdentity(pid) === undefined ? true : undefined);
    await waitUntil('the sleep to end', gone, { deadlineMs: 5_000 });
  });

  const run = (script: string): ReturnType<typeof runProgram> =>
    runProgram({ program: process.execPath, args: ['-e', script] });

  it("returns the program's output, and passes on its messages line by line", async () => {
    const lines: string[] = [];
    const args = ['-e', 'console.log("out"); console.error("one\\ntwo")'];
    const output = await runProgram({
      program: process.execPath,
      args,
      onMessage: (line) => lines.push(line),
    });
    expect(output).toEqual({ stdout: 'out\n', stderr: 'one\ntwo\n' });
    expect(lines).toEqual(['one', 'two']);
  });

  it('fails with the exit code and the last messages', async () => {
    await expect(run('console.error("no such channel"); process.exit(4)')).rejects.toMatchObject({
      code: 'PROGRAM_FAILED',
      message: expect.stringContaining('exit 4: no such channel') as unknown,
    });
  });

  it('fails when there is no such program', async () => {
    await expect(runProgram({ program: join(folder, 'none'), args: [] })).rejects.toMatchObject({
      code: 'PROGRAM_FAILED',
    });
  });

  it("hides settings of the caller's own Fabric from ours", () => {
    expect(cleanEnvironment({ CORE_PEER_ADDRESS: 'x', FABRIC_CFG_PATH: 'y', PATH: 'z' })).toEqual({
      PATH: 'z',
    });
  });
});

describe('inParallel', () => {
  it('runs every job, never more than the limit at once', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    await inParallel([1, 2, 3, 4, 5], 2, async (item) => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      done.push(item);
    });
    expect(most).toBe(2);
    expect(done.sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('rejects with the first failure', async () => {
    const job = (item: number): Promise<void> =>
      item === 2 ? Promise.reject(new Error('two')) : Promise.resolve();
    await expect(inParallel([1, 2, 3], 2, job)).rejects.toThrow('two');
  });
});

describe('ports', () => {
  it('sees whether a port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(isPortFree('127.0.0.1', port)).resolves.toBe(false);
    await expect(isListening('127.0.0.1', port)).resolves.toBe(true);
    await expect(usedPorts('127.0.0.1', port, 1)).resolves.toEqual([port]);
    server.close();
    await once(server, 'close');
    await expect(isListening('127.0.0.1', port)).resolves.toBe(false);
  });
});

describe('files', () => {
  it('reads back what it wrote, and undefined when there is no file', () => {
    writeJson(join(folder, 'deep', 'a.json'), { a: 1 });
    expect(readJsonIfPresent(join(folder, 'deep', 'a.json'))).toEqual({ a: 1 });
    expect(readJsonIfPresent(join(folder, 'b.json'))).toBeUndefined();
  });
});
