// SPDX-License-Identifier: Apache-2.0
// Distinguishes a process from a later one with the same number, so that we never kill a process that is not ours.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** The content of a pid file. */
export interface ProcessReference {
  readonly pid: number;
  /** When and in which boot it started. Every process with this number has a different value. */
  readonly identity: string;
}

/** Environment variable that marks every process of a network home and its children. */
export const HOME_MARK = 'OFFPAY_SUPERVISED_HOME';

const START_TIME_FIELD = 19;

/** @returns the identity of a living process, or undefined when it is gone (a zombie counts as gone). */
export function processIdentity(pid: number): string | undefined {
  return process.platform === 'linux' ? linuxIdentity(pid) : posixIdentity(pid);
}

/** True when the referenced process is still alive, and not another process with its number. */
export function isAlive(reference: ProcessReference): boolean {
  return processIdentity(reference.pid) === reference.identity;
}

/** @returns a reference to this process. */
export function ownReference(): ProcessReference {
  return { pid: process.pid, identity: processIdentity(process.pid) ?? '' };
}

/**
 * Sends a signal if the number still belongs to the referenced process.
 * @returns whether it was sent.
 */
export function signalProcess(reference: ProcessReference, signal: NodeJS.Signals): boolean {
  return isAlive(reference) && sendSignal(reference.pid, signal);
}

/** Sends a signal to the process group that the process leads, if the number still belongs to it. */
export function signalGroup(reference: ProcessReference, signal: NodeJS.Signals): boolean {
  return isAlive(reference) && sendSignal(-reference.pid, signal);
}

/** Sends a signal. @returns false when the process or group no longer exists. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Finds the processes that carry the mark of this home, even if their pid files are lost. Only Linux shows the environment of
 * other processes. On other systems the list is empty and only the pid files count.
 */
export function markedProcesses(home: string): ProcessReference[] {
  if (process.platform !== 'linux') {
    return [];
  }
  const mark = `${HOME_MARK}=${home}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && hasMark(name, mark))
    .flatMap((name) => referenceOf(Number(name)));
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Children of a process, whichever of its threads started them, and theirs; on Linux, elsewhere none. */
export function descendantsOf(pid: number): number[] {
  const children = threadsOf(pid)
    .map((thread) => readProc(`${pid}/task/${thread}/children`) ?? '')
    .join(' ')
    .split(' ')
    .filter(Boolean)
    .map(Number);
  return children.flatMap((child) => [...descendantsOf(child), child]);
}

function referenceOf(pid: number): ProcessReference[] {
  const identity = processIdentity(pid);
  return identity === undefined ? [] : [{ pid, identity }];
}

function hasMark(pid: string, mark: string): boolean {
  return (readProc(`${pid}/environ`) ?? '').split('\0').includes(mark);
}

function linuxIdentity(pid: number): string | undefined {
  const stat = readProc(`${pid}/stat`);
  if (stat === undefined) {
    return undefined;
  }
  // The program's name, in brackets, may contain spaces, so fields are counted after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const boot = readProc('sys/kernel/random/boot_id')?.trim() ?? '';
  return fields[0] === 'Z' ? undefined : `${boot}:${fields[START_TIME_FIELD] ?? ''}`;
}

function posixIdentity(pid: number): string | undefined {
  try {
    const output = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return output.trim() || undefined;
  } catch {
    return undefined;
  }
}

function readProc(name: string): string | undefined {
  try {
    return readFileSync(`/proc/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}
