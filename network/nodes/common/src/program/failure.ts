// SPDX-License-Identifier: Apache-2.0
// How a node's program says why it ended: a sentence with a stable code, and an exit code that says whether its configuration is wrong.
import * as z from 'zod';
import { NETWORK_ERRORS, NetworkError, type NetworkErrorCode } from '../network-error.js';

/** Exit codes of a node, the same as those of the command line. */
const EXIT = { failed: 1, wrongUse: 2 } as const;

/** Codes of what a person must correct before the node can start. */
const WRONG_USE: readonly NetworkErrorCode[] = [
  'SETTINGS_INVALID',
  'SETTING_FILE_UNUSABLE',
  'HOME_UNUSABLE',
];

/** @param file the configuration, when it is known @returns the same error; one that names each wrong setting with a code and the file */
export function asSettingsError(error: unknown, file: string): unknown {
  if (!(error instanceof z.ZodError)) return error;
  const message = `The configuration ${file} is wrong:\n${z.prettifyError(error)}\n`;
  return new NetworkError('SETTINGS_INVALID', message, { details: { file }, cause: error });
}

/** What the process says, and how it ends. */
export interface Failure {
  readonly text: string;
  readonly exitCode: number;
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof NetworkError))
    return {
      text: error instanceof Error ? error.message : 'The node failed.',
      exitCode: EXIT.failed,
    };
  const { code, message, advice = NETWORK_ERRORS[code].remedy } = error;
  return {
    text: `${code}: ${message} ${advice}`,
    exitCode: WRONG_USE.includes(code) ? EXIT.wrongUse : EXIT.failed,
  };
}
