// SPDX-License-Identifier: Apache-2.0
// Replays a recording in a process of its own.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Replayed } from './replay-main.js';

export interface Surroundings {
  /** As in `LC_ALL`, for example `tr_TR.UTF-8`. */
  readonly locale?: string;
  readonly timeZone?: string;
  /** Of the clock against the proposals' timestamps, in milliseconds. */
  readonly clockShift?: number;
}

const environment = ({ locale, timeZone }: Surroundings): NodeJS.ProcessEnv => ({
  ...process.env,
  // What the contract library prints of refused calls is no concern of ours.
  CORE_CHAINCODE_LOGGING_LEVEL: 'CRITICAL',
  ...(locale !== undefined && { LC_ALL: locale, LANG: locale, LANGUAGE: locale }),
  ...(timeZone !== undefined && { TZ: timeZone }),
});

/** @param chaincode folder of the package that the peers ran */
export function replayApart(
  recording: string,
  chaincode: string,
  surroundings: Surroundings = {},
): Promise<Replayed> {
  const program = join(__dirname, 'replay-main.ts');
  const shift = String(surroundings.clockShift ?? 0);
  const child = fork(
    join(__dirname, 'run-typescript.cjs'),
    [program, recording, chaincode, shift],
    {
      env: environment(surroundings),
      execArgv: [],
    },
  );
  return new Promise((resolve, reject) => {
    child.once('message', (replayed) => {
      resolve(replayed as Replayed);
      child.disconnect();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the replay ended with code ${String(code)}`)));
  });
}
