// SPDX-License-Identifier: Apache-2.0
// The exit codes of all commands, for scripts that call them. An exit code says what to do; the error's own code says why.

export const EXIT = {
  done: 0,
  /** A rule refused it or something failed; the error's code says which. */
  refused: 1,
  /** The arguments, files or folders are wrong. Nothing was done. */
  wrongUse: 2,
  /** Something does not answer now. The same command may succeed later. */
  notReachable: 3,
  /** Ctrl-C: the code that a shell reports for a program that SIGINT ended. */
  interrupted: 130,
} as const;

type Ending = keyof typeof EXIT;

const ENDING: Readonly<Record<string, Ending>> = {
  WRONG_USE: 'wrongUse',
  CONFIGURATION_INVALID: 'wrongUse',
  DEVICE_ID_TAKEN: 'wrongUse',
  FILE_UNREADABLE: 'wrongUse',
  FILE_UNUSABLE: 'wrongUse',
  FILE_UNWRITABLE: 'wrongUse',
  HOME_UNUSABLE: 'wrongUse',
  INPUT_INVALID: 'wrongUse',
  INPUT_UNUSABLE: 'wrongUse',
  INVALID_TOPOLOGY: 'wrongUse',
  KEY_UNREADABLE: 'wrongUse',
  NODE_UNKNOWN: 'wrongUse',
  ORGANISATION_READS_ONLY: 'wrongUse',
  ORGANISATION_UNKNOWN: 'wrongUse',
  SETTINGS_INVALID: 'wrongUse',
  SETTING_FILE_UNUSABLE: 'wrongUse',
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
  LEFT_HALFWAY: 'interrupted',
};

/** @returns the exit code for an error's code. */
export const exitCodeOf = (code: string): number =>
  EXIT[(Object.hasOwn(ENDING, code) ? ENDING[code] : undefined) ?? 'refused'];
