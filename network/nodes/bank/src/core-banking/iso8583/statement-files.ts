// SPDX-License-Identifier: Apache-2.0
// The card host's statement of a day: a file that it leaves in a folder, since ISO 8583 itself only knows totals.
import { join } from 'node:path';
import { readBounded } from '@fabric-offline-pay/node-common';
import * as z from 'zod';
import { inSlices } from '../../in-slices.js';
import {
  HostUnavailable,
  MOST_ENTRIES,
  StatementTooLong,
  type HostEntry,
} from '../core-banking.js';

/** The first line of each file. `reference` is field 37. */
const COLUMNS = ['reference', 'kind', 'token', 'currency', 'amount'] as const;

const cell = z.string().regex(/^[\x20-\x7e]{0,64}$/);

const row = z.strictObject({
  reference: z.string().regex(/^[A-Za-z0-9]{12}$/),
  kind: z.enum(['authorise', 'complete', 'release', 'refund', 'payOut']),
  // Odd ones are compared as they are, so that they are named.
  token: cell,
  currency: cell,
  amount: cell,
});

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function entryOf(line: string, number: number): HostEntry {
  const cells = line.split(',');
  const read = row.safeParse(
    Object.fromEntries(COLUMNS.map((name, index) => [name, cells[index]])),
  );
  if (!read.success || cells.length !== COLUMNS.length)
    throw new HostUnavailable(
      `Line ${number} of the card host's statement is wrong. Get it again.`,
    );
  return read.data;
}

/** Each entry with room to spare. */
const MOST_BYTES = 128 * 1024 * 1024;

const tooLong = (cause?: unknown): StatementTooLong =>
  new StatementTooLong(
    "The card host's statement is longer than that of a day can be. Have the host look at it.",
    { cause },
  );

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** @returns undefined when there is no such file */
function readFile(file: string): string | undefined {
  try {
    return readBounded(file, MOST_BYTES).toString();
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    if (codeOf(cause) === 'EFBIG') throw tooLong(cause);
    throw new HostUnavailable("The card host's statement cannot be read. Look at its file.", {
      cause,
    });
  }
}

/** One after another: a file of line ends alone would fill the memory otherwise. @yields lines with their numbers, from 1 */
function* linesOf(text: string): Generator<readonly [line: string, number: number]> {
  for (let start = 0, number = 1; start <= text.length; number += 1) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    yield [text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end), number];
    start = end + 1;
  }
}

/** @param most entries @throws {HostUnavailable | StatementTooLong} */
async function entriesOf(
  lines: Iterable<readonly [string, number]>,
  most: number,
): Promise<HostEntry[]> {
  const entries: HostEntry[] = [];
  await inSlices(lines, ([line, number]) => {
    if (line !== '') entries.push(entryOf(line, number));
    if (entries.length > most) throw tooLong();
  });
  return entries;
}

/**
 * Reads `<folder>/2026-11-29.csv`, with the columns reference, kind, token, currency and amount (minor units).
 * @param most entries
 * @throws {HostUnavailable} while the host has not left it, or when it is damaged.
 * @throws {StatementTooLong} when it has more than a day can have
 */
export async function readStatement(
  folder: string | undefined,
  day: string,
  most = MOST_ENTRIES,
): Promise<readonly HostEntry[]> {
  // Whatever is wrong rejects.
  await Promise.resolve();
  const text =
    folder === undefined || !DAY.test(day) ? undefined : readFile(join(folder, `${day}.csv`));
  const lines = linesOf(text ?? '');
  const first = lines.next();
  const head = first.done === true ? '' : first.value[0];
  if (text === undefined || head !== COLUMNS.join(','))
    throw new HostUnavailable(`The card host's statement of ${day} is not there. Ask again later.`);
  return entriesOf(lines, most);
}
