// SPDX-License-Identifier: Apache-2.0
// A text as one word of a command line, for what is printed to be copied.

/** As a POSIX shell reads it back: in quotes where it needs them. */
export const shellWord = (text: string): string =>
  /^[A-Za-z0-9@._:/-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
