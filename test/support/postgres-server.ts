// SPDX-License-Identifier: Apache-2.0
// A real PostgreSQL server for specs, in a folder of its own, on a free port of this machine.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePorts, waitUntil } from '@fabric-offline-pay/node-common';
import { Client } from 'pg';

/** Where Debian puts its programs, a folder for each version. */
const INSTALLED = '/usr/lib/postgresql';

const ROLE = 'offpay';
const DEADLINE_MS = 60_000;

/** @returns the folder of the newest programs, or undefined when there are none. */
export function postgresPrograms(): string | undefined {
  if (!existsSync(INSTALLED)) return undefined;
  return readdirSync(INSTALLED)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(INSTALLED, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')));
}

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** The server refuses to run as root: then it runs as the account that Debian made for it. */
function account(): Account {
  if (process.getuid?.() !== 0) return {};
  const idOf = (what: string): number =>
    Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** Tables of a test need not survive the power. */
const SETTINGS = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_connections=300',
];

async function answers(url: string): Promise<true> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.end();
  return true;
}

export class PostgresServer {
  private constructor(
    /** Of a role that may create databases. */
    readonly url: string,
    readonly folder: string,
    readonly process: ChildProcess,
  ) {}

  static async start(programs: string): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'offpay-postgres-'));
    const runAs = account();
    if (runAs.uid !== undefined && runAs.gid !== undefined) chownSync(folder, runAs.uid, runAs.gid);
    const data = join(folder, 'data');
    const settings = ['--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'];
    const options = { ...runAs, cwd: folder, stdio: 'ignore' } as const;
    execFileSync(join(programs, 'initdb'), ['-D', data, '-U', ROLE, ...settings], options);
    const port = await findFreePorts('127.0.0.1', 1);
    const listening = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder];
    const given = SETTINGS.flatMap((setting) => ['-c', setting]);
    const process = spawn(join(programs, 'postgres'), [...listening, ...given], options);
    const url = `postgres://${ROLE}@127.0.0.1:${port}/postgres`;
    await waitUntil('the PostgreSQL server', () => answers(url), { deadlineMs: DEADLINE_MS });
    return new PostgresServer(url, folder, process);
  }

  /** Ends it, whoever is still connected. */
  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGINT');
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}
