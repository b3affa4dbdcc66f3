// SPDX-License-Identifier: Apache-2.0
// Type guards for values that come from outside: parsed JSON, and whatever was thrown.

/** @returns whether it is an object and not an array, whatever its fields. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @returns the `code` of whatever was thrown, or undefined when it has none. */
export const codeOfError = (error: unknown): unknown =>
  isRecord(error) ? error['code'] : undefined;

/** @returns whether an error of Node.js has this code, such as ENOENT. */
export const hasErrorCode = (error: unknown, code: string): boolean => codeOfError(error) === code;
