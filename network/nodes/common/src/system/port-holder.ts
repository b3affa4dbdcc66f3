// SPDX-License-Identifier: Apache-2.0
// Finds the process that listens on a TCP port, so that a person knows what to end. Reads Linux's tables; elsewhere it finds none.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { HOME_MARK } from './process-identity.js';

/** A process that listens on a port. It has only the program's name, because the rest of the command line may hold secrets. */
export interface PortHolder {
  readonly port: number;
  /** Absent when the system does not show it, for example for another user's process. */
  readonly process?: {
    readonly pid: number;
    readonly program: string;
    /** The home of its network, if it is one of ours. */
    readonly home?: string;
  };
}

const LISTENING = '0A';

function readProcText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Inodes of listening sockets, by port, from a table such as `/proc/net/tcp`. */
export function listeningSockets(table: string): Map<number, string> {
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
  return new Map(
    rows.flatMap(([, local = '', , state, , , , , , inode]) =>
      state === LISTENING && inode !== undefined
        ? [[Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16), inode] as const]
        : [],
    ),
  );
}

/** The sockets of a process; none if it has ended or belongs to another user. */
function socketsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? ''];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

function describeProcess(pid: string): NonNullable<PortHolder['process']> {
  const mark = `${HOME_MARK}=`;
  const variables = readProcText(`/proc/${pid}/environ`).split('\0');
  const home = variables.find((variable) => variable.startsWith(mark))?.slice(mark.length);
  return {
    pid: Number(pid),
    program: readProcText(`/proc/${pid}/comm`).trim(),
    ...(home === undefined ? {} : { home }),
  };
}

/** @returns the processes that hold these ports. */
export function portHolders(ports: readonly number[]): PortHolder[] {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map(readProcText);
  const inodes = new Map(tables.flatMap((table) => [...listeningSockets(table)]));
  const sought = new Set(ports.map((port) => inodes.get(port)));
  const owners = new Map(
    processNumbers().flatMap((pid) =>
      socketsOf(pid)
        .filter((inode) => sought.has(inode))
        .map((inode) => [inode, pid] as const),
    ),
  );
  return ports.map((port) => {
    const pid = owners.get(inodes.get(port) ?? '');
    return pid === undefined ? { port } : { port, process: describeProcess(pid) };
  });
}

function processNumbers(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
