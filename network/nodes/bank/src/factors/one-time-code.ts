// SPDX-License-Identifier: Apache-2.0
// One-time codes: drawn evenly, stored keyed, compared in constant time, and judged by the rules that bound them.
import { randomInt, timingSafeEqual } from 'node:crypto';
import type { CodeTable } from '../database/schema.js';
import type { AttemptResult } from '../operations.js';
import { keyedDigest } from '../secrets/installation-key.js';

/** @returns a code of so many decimal digits, each equally likely. */
export const drawCode = (digits: number): string =>
  randomInt(10 ** digits)
    .toString()
    .padStart(digits, '0');

/** What a code was sent for: another login, order or sending makes another digest of the same digits. */
export interface CodePurpose {
  readonly code_id: string;
  readonly login_id: string;
  readonly bound_to: string;
}

/** @returns what is stored in place of the code. */
export const codeMac = (key: Uint8Array, purpose: CodePurpose, code: string): string =>
  keyedDigest(key, 'one-time-code', purpose.code_id, purpose.login_id, purpose.bound_to, code);

/** The row of a code as far as judging it goes. */
export type StoredCode = CodePurpose & Pick<CodeTable, 'mac' | 'expires_at' | 'tries' | 'used_at'>;

/** Who judges: the installation's key, the time in milliseconds, how many tries a code has. */
export interface Judge {
  readonly key: Uint8Array;
  readonly now: number;
  readonly tries: number;
}

/** Compared with when no code was sent, so that this takes as long. */
const NO_CODE: StoredCode = {
  code_id: '',
  login_id: '',
  bound_to: '',
  mac: '0'.repeat(64),
  expires_at: Number.MAX_SAFE_INTEGER,
  tries: 0,
  used_at: null,
};

/** @returns how a try of the newest code ends. A used code counts as exhausted. */
export function judgeCode(
  stored: StoredCode | undefined,
  code: string,
  judge: Judge,
): AttemptResult {
  const newest = stored ?? NO_CODE;
  const right = timingSafeEqual(
    Buffer.from(codeMac(judge.key, newest, code), 'hex'),
    Buffer.from(newest.mac, 'hex'),
  );
  if (newest.used_at !== null || newest.tries >= judge.tries) return 'CODE_EXHAUSTED';
  if (judge.now >= newest.expires_at) return 'CODE_EXPIRED';
  return right ? 'PASSED' : 'CODE_WRONG';
}
