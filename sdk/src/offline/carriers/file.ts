// SPDX-License-Identifier: Apache-2.0
// Files that carry data between a device and a terminal.
import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '../../errors.js';
import { writeDurably } from '../../files/write-durably.js';

const SUFFIX = {
  request: '.offpay-request',
  payment: '.offpay-voucher',
  receipt: '.offpay-receipt',
  cancellation: '.offpay-cancellation',
  evidence: '.offpay-evidence',
} as const;

/** The content of a file between device, terminal and bank. */
export type CarriedKind = keyof typeof SUFFIX;

/** The longest kind, evidence, has less than 3000 bytes. The limit keeps large files out of memory. */
const LONGEST = 4096;

const withSuffix = (kind: CarriedKind, file: string): string =>
  file.endsWith(SUFFIX[kind]) ? file : file + SUFFIX[kind];

/**
 * @param file name of the file; the kind's suffix is added when missing
 * @returns the file's full name.
 */
export async function saveFile(
  kind: CarriedKind,
  file: string,
  bytes: Uint8Array,
): Promise<string> {
  await writeDurably(withSuffix(kind, file), bytes);
  return withSuffix(kind, file);
}

const isOfAnotherKind = (kind: CarriedKind, file: string): boolean =>
  !file.endsWith(SUFFIX[kind]) && Object.values(SUFFIX).some((suffix) => file.endsWith(suffix));

/**
 * @param file name of the file; the kind's suffix is added when missing
 * @throws {ConfigurationError} for a file of another kind, or one that is longer than any of its kind
 */
export async function loadFile(kind: CarriedKind, file: string): Promise<Buffer> {
  if (isOfAnotherKind(kind, file)) throw new ConfigurationError('file', `no ${SUFFIX[kind]} file`);
  const bytes = await readFile(withSuffix(kind, file));
  if (bytes.length > LONGEST) throw new ConfigurationError('file', 'too long');
  return bytes;
}
