// SPDX-License-Identifier: Apache-2.0
// The card host's statement of a day: a file that it leaves in a folder, since ISO 8583 itself only knows totals.
import { join } from 'node:path';
import { readTextIfPresent } from '@fabric-offline-pay/node-common';
import * as z from 'zod';
import { HostUnavailable, type HostEntry } from '../core-banking.js';

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

/** @returns undefined when there is no such file */
function readFile(file: string): string | undefined {
  try {
    return readTextIfPresent(file);
  } catch (cause) {
    throw new HostUnavailable("The card host's statement cannot be read. Look at its file.", {
      cause,
    });
  }
}

/**
 * Reads `<folder>/2026-11-29.csv`, with the columns reference, kind, token, currency and amount (minor units).
 * @throws {HostUnavailable} while the host has not left it, or when it is damaged.
 */
export async function readStatement(
  folder: string | undefined,
  day: string,
): Promise<readonly HostEntry[]> {
  // Whatever is wrong rejects.
  await Promise.resolve();
  const text =
    folder === undefined || !DAY.test(day) ? undefined : readFile(join(folder, `${day}.csv`));
  const [head, ...lines] = (text ?? '').split(/\r?\n/);
  if (text === undefined || head !== COLUMNS.join(','))
    throw new HostUnavailable(`The card host's statement of ${day} is not there. Ask again later.`);
  return lines
    .map((line, index) => ({ line, number: index + 2 }))
    .filter(({ line }) => line !== '')
    .map(({ line, number }) => entryOf(line, number));
}
