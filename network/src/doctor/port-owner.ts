// SPDX-License-Identifier: Apache-2.0
// Which process listens on a TCP port, by the tables of the Linux kernel.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

export interface PortOwner {
  readonly pid: number;
  readonly name: string;
}

const LISTENS = '0A';
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/** Of a table such as `/proc/net/tcp`: the inodes of listening sockets, by port. */
export function listeningInodes(table: string): ReadonlyMap<number, string> {
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
  return new Map(
    rows.flatMap(([, local = '', , state, , , , , , inode]) =>
      state === LISTENS && inode !== undefined
        ? [[Number.parseInt(local.split(':')[1] ?? '', 16), inode] as const]
        : [],
    ),
  );
}

/** What may be gone, or another user's, is as if it were not there. */
const unlessHidden = <T>(look: () => T, otherwise: T): T => {
  try {
    return look();
  } catch {
    return otherwise;
  }
};

const textOf = (path: string): string => unlessHidden(() => readFileSync(path, 'utf8'), '');

const socketsOf = (pid: string): string[] =>
  unlessHidden(() => readdirSync(`/proc/${pid}/fd`), []).flatMap((descriptor) => {
    const target = unlessHidden(() => readlinkSync(`/proc/${pid}/fd/${descriptor}`), '');
    return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [];
  });

/** The program that a process runs; its own threads may have renamed it. */
const programOf = (pid: string): string =>
  basename(textOf(`/proc/${pid}/cmdline`).split('\0')[0] ?? '');

/** The processes that listen on these ports; those of other users, and all on other systems than Linux, are not shown. */
export function portOwners(ports: readonly number[]): ReadonlyMap<number, PortOwner> {
  const listening = new Map(TABLES.flatMap((path) => [...listeningInodes(textOf(path))]));
  const wanted = new Map(ports.map((port) => [listening.get(port), port] as const));
  const owners = new Map<number, PortOwner>();
  for (const pid of unlessHidden(() => readdirSync('/proc'), []).filter((id) => /^\d+$/.test(id)))
    for (const inode of socketsOf(pid)) {
      const port = wanted.get(inode);
      if (port === undefined) continue;
      owners.set(port, { pid: Number(pid), name: programOf(pid) });
    }
  return owners;
}
