// SPDX-License-Identifier: Apache-2.0
// One-time codes: drawn evenly, stored as keyed digests, compared in constant time, and limited in time and tries.
import { randomInt, timingSafeEqual } from 'node:crypto';
import type { CodeTable } from '../database/schema.js';
import type { AttemptResult } from '../operations.js';
import { keyedDigest } from '../secrets/installation-key.js';

/** @returns a code with this number of decimal digits, each code equally likely. */
export const drawCode = (digits: number): string =>
  randomInt(10 ** digits)
    .toString()
    .padStart(digits, '0');

/** What a code was sent for. The same digits have another digest for another login, order or sending. */
export interface CodePurpose {
  readonly code_id: string;
  readonly login_id: string;
  readonly bound_to: string;
}

/** @returns the digest that is stored instead of the code. */
export const codeMac = (key: Uint8Array, purpose: CodePurpose, code: string): string =>
  keyedDigest(key, 'one-time-code', purpose.code_id, purpose.login_id, purpose.bound_to, code);

/** The part of a code's row that is needed to check a try. */
export type StoredCode = CodePurpose & Pick<CodeTable, 'mac' | 'expires_at' | 'tries' | 'used_at'>;

/** What a check needs: the installation's key, the time in milliseconds, and the tries of a code. */
export interface Judge {
  readonly key: Uint8Array;
  readonly now: number;
  readonly tries: number;
}

/** Used when no code was sent, so that the comparison takes as long. */
const NO_CODE: StoredCode = {
  code_id: '',
  login_id: '',
  bound_to: '',
  mac: '0'.repeat(64),
  expires_at: Number.MAX_SAFE_INTEGER,
  tries: 0,
  used_at: null,
};

/** @returns the result of a try of the newest code. A used code counts as exhausted. */
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
