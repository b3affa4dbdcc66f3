// SPDX-License-Identifier: Apache-2.0
// What a process has of networks: nothing else than the kernel says, so that the process cannot deceive itself.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process without a network has none of all these. */
export interface Isolation {
  /** Network interfaces except the loopback, which every namespace has. */
  readonly interfaces: readonly string[];
  /** Sockets open beside standard input, output and error. */
  readonly sockets: number;
  /** Entries in the kernel's tables of TCP, UDP and raw sockets of this namespace. */
  readonly endpoints: number;
}

/** Standard input, output and error may be sockets of the parent. */
const INHERITED = 3;

const linkOf = (descriptor: string): string => {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    // Of the very look into the folder, and closed by now.
    return '';
  }
};

const openSockets = (): number =>
  readdirSync('/proc/self/fd').filter(
    (descriptor) => Number(descriptor) >= INHERITED && linkOf(descriptor).startsWith('socket:'),
  ).length;

/** proc(5): two lines of heading, then one an interface. */
const interfaces = (): string[] =>
  readFileSync('/proc/self/net/dev', 'utf8')
    .split('\n')
    .slice(2)
    .map((line) => line.split(':')[0]?.trim() ?? '')
    .filter((name) => name !== '' && name !== 'lo');

const TABLES = ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6'];

function entriesOf(table: string): number {
  try {
    return readFileSync(`/proc/self/net/${table}`, 'utf8').trim().split('\n').length - 1;
  } catch {
    // A kernel without IPv6 has no such table.
    return 0;
  }
}

export const isolation = (): Isolation => ({
  interfaces: interfaces(),
  sockets: openSockets(),
  endpoints: TABLES.reduce((sum, table) => sum + entriesOf(table), 0),
});
