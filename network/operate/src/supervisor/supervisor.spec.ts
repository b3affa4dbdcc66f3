// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, signalProcess, waitUntil } from '@fabric-offline-pay/node-common';
import { HEALTHY_AFTER_MS, countFailures, restartDelay } from './backoff.js';
import { declareProcess } from './control.js';
import {
  type ProcessState,
  logFile,
  readSpec,
  readState,
  removeSpec,
  writeSpec,
} from './run-folder.js';
import { Supervisor } from './supervisor.js';

describe('restart delay', () => {
  it('doubles from a quarter of a second up to 15 s', () => {
    expect([1, 2, 3, 6, 7, 100].map(restartDelay)).toEqual([250, 500, 1000, 8000, 15_000, 15_000]);
  });

  it('starts again at the shortest delay after a healthy run', () => {
    expect(countFailures(5, HEALTHY_AFTER_MS - 1)).toBe(6);
    expect(countFailures(5, HEALTHY_AFTER_MS)).toBe(1);
  });
});

describe('Supervisor', () => {
  const options = { deadlineMs: 10_000, intervalMs: 20 };
  let home: string;
  let supervisor: Supervisor;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'supervisor-'));
    supervisor = new Supervisor(home, () => undefined);
  });
  afterEach(async () => {
    await supervisor.end();
    rmSync(home, { recursive: true });
  });

  function declare(script: string, generation = 1, ready?: { file: string }): void {
    const args = ['-e', script];
    const owner = { kind: 'service' as const, organisation: 'bank' };
    writeSpec(home, {
      name: 'it',
      ...owner,
      command: process.execPath,
      args,
      env: {},
      cwd: home,
      generation,
      ...(ready && { ready }),
    });
  }

  async function running(
    accept: (state: ProcessState) => boolean,
  ): Promise<{ pid: number; identity: string }> {
    return waitUntil(
      'the process to run',
      () => {
        const state = readState(home, 'it');
        const { pid, identity } = state ?? {};
        return state !== undefined && accept(state) && pid !== undefined && identity !== undefined
          ? { pid, identity }
          : undefined;
      },
      options,
    );
  }

  it('makes processes write files that nobody else can read', async () => {
    const before = process.umask(0o022);
    try {
      const file = join(home, 'data', 'database');
      const make = "const fs = require('fs'); fs.mkdirSync('data'); ";
      declare(`${make}fs.writeFileSync('data/database', ''); setInterval(() => 0, 1000)`);
      await supervisor.reconcile();
      await waitUntil('the file', () => existsSync(file) || undefined, options);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(statSync(join(home, 'data')).mode & 0o777).toBe(0o700);
      expect(statSync(logFile(home, 'it')).mode & 0o777).toBe(0o600);
    } finally {
      process.umask(before);
    }
  });

  it('lets a process listen again on the socket that it left when it was killed', async () => {
    const socket = join(home, 'socket');
    const listen = `require('net').createServer().listen(${JSON.stringify(socket)})`;
    declare(listen, 1, { file: socket });
    await supervisor.reconcile();
    const first = await running(() => existsSync(socket));
    signalProcess(first, 'SIGKILL');
    const second = await running(({ state, pid }) => state === 'running' && pid !== first.pid);
    await waitUntil('the socket', () => (existsSync(socket) ? true : undefined), options);
    expect(isAlive(second)).toBe(true);
    expect(readState(home, 'it')?.restarts).toBe(1);
  });

  it('starts declared processes, and ends those that are no longer declared', async () => {
    declare('setInterval(() => undefined, 1000)');
    await supervisor.reconcile();
    const process = await running(({ state }) => state === 'running');
    expect(isAlive(process)).toBe(true);
    removeSpec(home, 'it');
    await supervisor.reconcile();
    expect(isAlive(process)).toBe(false);
    expect(readState(home, 'it')).toBeUndefined();
  });

  it('starts a dead process again, and records how it died', async () => {
    declare('setInterval(() => undefined, 1000)');
    await supervisor.reconcile();
    const first = await running(({ state }) => state === 'running');
    signalProcess(first, 'SIGKILL');
    const second = await running(({ restarts }) => restarts === 1);
    expect(second.pid).not.toBe(first.pid);
    expect(readState(home, 'it')?.lastExit).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it('keeps the log of a failing process', async () => {
    declare('console.error("out of order"); process.exit(3)');
    await supervisor.reconcile();
    await waitUntil(
      'two exits',
      () => (readState(home, 'it')?.restarts ?? 0) >= 1 || undefined,
      options,
    );
    expect(readState(home, 'it')?.lastExit).toMatchObject({ code: 3 });
    expect(readFileSync(logFile(home, 'it'), 'utf8')).toContain('out of order');
  });

  it('replaces a process of another generation, leaves an unchanged one alone', async () => {
    declare('setInterval(() => undefined, 1000)');
    await supervisor.reconcile();
    const first = await running(({ state }) => state === 'running');
    await supervisor.reconcile();
    expect(isAlive(first)).toBe(true);
    declare('setInterval(() => undefined, 1000)', 2);
    await supervisor.reconcile();
    const second = await running(({ generation }) => generation === 2);
    expect(isAlive(first)).toBe(false);
    expect(second.pid).not.toBe(first.pid);
  });

  it('gives a changed declaration the next generation, and an unchanged one the same', () => {
    const process = {
      name: 'it',
      kind: 'service' as const,
      organisation: 'bank',
      command: 'true',
      args: [],
      env: {},
      cwd: home,
    };
    expect(declareProcess(home, process)).toBe(true);
    expect(declareProcess(home, process)).toBe(false);
    expect(readSpec(home, 'it')?.generation).toBe(1);
    expect(declareProcess(home, { ...process, command: 'false' })).toBe(true);
    expect(readSpec(home, 'it')?.generation).toBe(2);
  });

  it('survives a program that does not exist', async () => {
    writeSpec(home, {
      name: 'it',
      kind: 'service',
      organisation: 'bank',
      args: [],
      env: {},
      cwd: home,
      generation: 1,
      command: join(home, 'nothing'),
    });
    await supervisor.reconcile();
    await waitUntil(
      'an attempt',
      () => (readState(home, 'it')?.restarts ?? 0) >= 1 || undefined,
      options,
    );
    expect(readState(home, 'it')?.pid).toBeUndefined();
  });
});
