// SPDX-License-Identifier: Apache-2.0
// How every command ends, for the scripts that call it. The code of an error says more; this says what to do about it.

export const EXIT = {
  done: 0,
  /** A rule refused it, or something failed: the error's code says which. */
  refused: 1,
  /** The words, the files or the folders that were given are wrong: nothing was done. */
  wrongUse: 2,
  /** Who should answer does not, now: the same again later. */
  notReachable: 3,
  /** By Ctrl-C: what a shell reports of a program that SIGINT ended. */
  interrupted: 130,
} as const;

type Ending = keyof typeof EXIT;

const ENDING: Readonly<Record<string, Ending>> = {
  WRONG_USE: 'wrongUse',
  CONFIGURATION_INVALID: 'wrongUse',
  FILE_UNREADABLE: 'wrongUse',
  FILE_UNWRITABLE: 'wrongUse',
  INPUT_INVALID: 'wrongUse',
  INPUT_UNUSABLE: 'wrongUse',
  INVALID_TOPOLOGY: 'wrongUse',
  KEY_UNREADABLE: 'wrongUse',
  NODE_UNKNOWN: 'wrongUse',
  ORGANISATION_UNKNOWN: 'wrongUse',
  TRUST_INVALID: 'wrongUse',
  DEADLINE_PASSED: 'notReachable',
  LEDGER_UNAVAILABLE: 'notReachable',
  NETWORK_BUSY: 'notReachable',
  NETWORK_NOT_UP: 'notReachable',
  NETWORK_UNAVAILABLE: 'notReachable',
  OUTCOME_UNKNOWN: 'notReachable',
  SERVICE_UNREACHABLE: 'notReachable',
  STORE_LOCKED: 'notReachable',
  INTERRUPTED: 'interrupted',
  INTERRUPTED_RUN: 'interrupted',
};

/** @returns the exit code for an error's code. */
export const exitCodeOf = (code: string): number =>
  EXIT[(Object.hasOwn(ENDING, code) ? ENDING[code] : undefined) ?? 'refused'];
