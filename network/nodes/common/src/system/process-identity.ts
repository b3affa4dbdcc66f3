// SPDX-License-Identifier: Apache-2.0
// Tells one process from a later one with the same number, so that nothing that is not ours is ever killed.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** A process as written to a pid file. */
export interface ProcessReference {
  readonly pid: number;
  /** When and in which boot it started; differs for every process that ever had this number. */
  readonly identity: string;
}

/** Environment variable that marks every process of a network home, and their children. */
export const HOME_MARK = 'OFFPAY_SUPERVISED_HOME';

const START_TIME_FIELD = 19;

/** The identity of a living process, or nothing when it is gone (a zombie counts as gone). */
export function processIdentity(pid: number): string | undefined {
  return process.platform === 'linux' ? linuxIdentity(pid) : posixIdentity(pid);
}

/** True when the process that the reference names is still alive, and is not another with its number. */
export function isAlive(reference: ProcessReference): boolean {
  return processIdentity(reference.pid) === reference.identity;
}

/** This very process. */
export function ownReference(): ProcessReference {
  return { pid: process.pid, identity: processIdentity(process.pid) ?? '' };
}

/**
 * Sends a signal if the process is still the one meant.
 * @returns whether it was sent.
 */
export function signalProcess(reference: ProcessReference, signal: NodeJS.Signals): boolean {
  return isAlive(reference) && sendSignal(reference.pid, signal);
}

/** Sends a signal to the whole process group that the process leads, if it is still the one meant. */
export function signalGroup(reference: ProcessReference, signal: NodeJS.Signals): boolean {
  return isAlive(reference) && sendSignal(-reference.pid, signal);
}

/** Sends a signal; false when there is no such process or group any more. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Processes that carry the mark of this home, whatever became of their pid files. Only Linux shows other processes'
 * environment; elsewhere the list is empty and the pid files alone decide.
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

/** Children of a process, and theirs; on Linux, elsewhere none. */
export function descendantsOf(pid: number): number[] {
  const children = (readProc(`${pid}/task/${pid}/children`) ?? '')
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
  // The program's name, in brackets, may hold blanks: fields are counted from behind it.
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
