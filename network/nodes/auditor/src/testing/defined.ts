// SPDX-License-Identifier: Apache-2.0
// What a test needs to be there.

/** @throws when it is not */
export function defined<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('A part of the test is missing.');
  return value;
}
