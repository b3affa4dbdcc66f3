// SPDX-License-Identifier: Apache-2.0
// Processor time of a network's processes, from the kernel's own books (proc(5), /proc/PID/stat).
import { readFileSync } from 'node:fs';
import { networkStatus } from '@fabric-offline-pay/operate';

/** The kernel counts in hundredths of a second on every Linux that Node.js runs on. */
const MICROSECONDS_A_TICK = 10_000;

/** Fields 14 and 15 are the ticks in user and kernel mode; the name in field 2 may hold spaces, so count from its end. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid.toString()}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** Microseconds by process since it started. */
export type ProcessorTime = Readonly<Record<string, number>>;

/** @returns the time that every process on the way of a transaction, and this one as `client`, has used so far. */
export function processorTime(home: string): ProcessorTime {
  const nodes = networkStatus(home).nodes.flatMap(({ name, kind, pid }) =>
    pid === undefined || kind === 'ca' ? [] : [[name, ticksOf(pid) * MICROSECONDS_A_TICK] as const],
  );
  return Object.fromEntries([...nodes, ['client', ticksOf(process.pid) * MICROSECONDS_A_TICK]]);
}

/** @returns microseconds a transaction, by process. */
export const perTransaction = (
  before: ProcessorTime,
  after: ProcessorTime,
  transactions: number,
): Record<string, number> =>
  Object.fromEntries(
    Object.entries(after).map(([name, time]) => [
      name,
      Math.round((time - (before[name] ?? 0)) / transactions),
    ]),
  );
