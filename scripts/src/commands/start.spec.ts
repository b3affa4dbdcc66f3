// SPDX-License-Identifier: Apache-2.0
// A start finds what would stop it before it ends the old network and wipes its ledger. No network runs here: no test gets that far.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { offpayHere } from '../../../test/support/offpay-here.js';

let home: string;
let ledger: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'offpay start-'));
  ledger = join(home, 'ledger');
  writeFileSync(ledger, 'of the network before');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** @returns the error of a start, which must not have wiped anything. */
async function refusedStart(words: readonly string[] = [], environment = {}) {
  const { code, stdout, stderr } = await offpayHere(
    ['start', '--home', home, '--json', ...words],
    environment,
  );
  expect(readFileSync(ledger, 'utf8')).toBe('of the network before');
  expect(existsSync(join(home, 'run', 'start.lock'))).toBe(false);
  expect(stdout).toBe('');
  const lines = stderr.trim().split('\n');
  return { code, told: JSON.parse(lines.at(-1) ?? '') as Record<string, unknown> };
}

describe('a port in use', () => {
  let server: Server;
  let port: number;

  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(() => server.close());

  test('names the process that holds it and an option of start, and wipes nothing', async () => {
    const { code, told } = await refusedStart(['--base-port', port.toString()]);
    expect(code).toBe(1);
    expect(told).toMatchObject({ code: 'PORT_IN_USE' });
    expect(told['message']).toContain(
      `Port ${port.toString()} is held by process ${process.pid.toString()}`,
    );
    expect(told['remedy']).toContain('--base-port free');
    const { stdout } = await offpayHere(['start', '--help']);
    expect(stdout).toContain('--base-port');
  });

  test('is not solved by an option when the network goes on', async () => {
    writeFileSync(join(home, 'ports.json'), JSON.stringify({ base: port }));
    const { told } = await refusedStart(['--keep']);
    expect(told).toMatchObject({ code: 'PORT_IN_USE' });
    expect(told['remedy']).not.toContain('--base-port');
  });
});

test.each([
  ['programs that are missing', [], { FABRIC_BIN: '/nowhere' }, 1, 'PREREQUISITE_MISSING'],
  ['a report that cannot be written', ['--report', '/nowhere/r.json'], {}, 2, 'FILE_UNWRITABLE'],
  ['a report that is a folder', ['--report', '/'], {}, 2, 'FILE_UNWRITABLE'],
])('%s: refuses and wipes nothing', async (_, words, environment, exitCode, refusal) => {
  const { code, told } = await refusedStart(words, environment);
  expect([code, told['code']]).toEqual([exitCode, refusal]);
});

test('a home that cannot be made is a FILE_UNUSABLE error, not one of the system', async () => {
  const { code, stderr } = await offpayHere(['start', '--home', join(ledger, 'below')]);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^FILE_UNUSABLE: .+\n {2}\{"file":.+"reason":"ENOTDIR"\}\n {2}Check its path/,
  );
});

describe('another start', () => {
  let other: ChildProcess;
  let lock: string;

  /** A lock that another process holds, with its start time from the kernel's tables. */
  beforeEach(() => {
    other = spawn('sleep', ['60'], { stdio: 'ignore' });
    const stat = readFileSync(`/proc/${String(other.pid)}/stat`, 'utf8');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    lock = join(home, 'run', 'start.lock');
    mkdirSync(dirname(lock));
    writeFileSync(
      lock,
      JSON.stringify({ pid: other.pid, identity: `${boot}:${started}`, token: 'x' }),
    );
  });
  afterEach(() => other.kill('SIGKILL'));

  test.each(['start', 'network up', 'network reset'])(
    'that is running stops %s at once with its process number, and keeps its lock',
    async (command) => {
      const { code, stderr } = await offpayHere([...command.split(' '), '--home', home]);
      expect(code).toBe(3);
      expect(stderr).toContain(
        `NETWORK_BUSY: Another start or run in this folder is running (pid ${String(other.pid)})`,
      );
      expect(existsSync(lock)).toBe(true);
      expect(existsSync(ledger)).toBe(true);
    },
  );

  test('that died leaves a lock that the next start takes over', async () => {
    other.kill('SIGKILL');
    await once(other, 'exit');
    const { told } = await refusedStart([], { FABRIC_BIN: '/nowhere' });
    expect(told['code']).toBe('PREREQUISITE_MISSING');
  });
});
