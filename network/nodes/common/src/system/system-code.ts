// SPDX-License-Identifier: Apache-2.0
// The code of a system error, for errors of any realm.

/** @returns a code such as ENOENT; undefined for any other error. */
export const systemCodeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
