// SPDX-License-Identifier: Apache-2.0
// Requests and payments as files, for whatever carries files between two devices.
import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '../../errors.js';
import { writeDurably } from '../../files/write-durably.js';

const SUFFIX = { request: '.offpay-request', payment: '.offpay-voucher' } as const;

export type CarriedKind = keyof typeof SUFFIX;

/** Both are a few hundred bytes; nobody should read a film into memory. */
const LONGEST = 4096;

const named = (kind: CarriedKind, file: string): string =>
  file.endsWith(SUFFIX[kind]) ? file : file + SUFFIX[kind];

/**
 * @param file gets the kind's suffix unless it has it
 * @returns the file's full name.
 */
export async function saveFile(
  kind: CarriedKind,
  file: string,
  bytes: Uint8Array,
): Promise<string> {
  await writeDurably(named(kind, file), bytes);
  return named(kind, file);
}

/** @throws {ConfigurationError} for a file without the kind's suffix, or that is longer than any of its kind. */
export async function loadFile(kind: CarriedKind, file: string): Promise<Buffer> {
  if (!file.endsWith(SUFFIX[kind])) throw new ConfigurationError('file', `no ${SUFFIX[kind]} file`);
  const bytes = await readFile(file);
  if (bytes.length > LONGEST) throw new ConfigurationError('file', 'too long');
  return bytes;
}
