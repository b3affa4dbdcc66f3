// SPDX-License-Identifier: Apache-2.0
// Quotes a text as one word of a command line, for printed commands that a person copies.

/** In quotes where a POSIX shell needs them. */
export const shellWord = (text: string): string =>
  /^[A-Za-z0-9@._:/-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
