// SPDX-License-Identifier: Apache-2.0
// Remembers which rows of orders were handled to their end on this ledger, so that a second run moves nothing. A row that
// a crash interrupted is not in it, and is taken up again: every step has a natural key.
import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { digestOf } from '@fabric-offline-pay/domain';
import * as z from 'zod';
import type { Order } from '../input/rows/order';
import { fileDamaged, makeFolder, SECRET_FILE } from '../system/files';
import type { FinalState } from './outcome';

interface Entry {
  readonly row: string;
  readonly state: FinalState;
}

/** @returns what names a row by its content: the same row twice is a replay. Salted by nothing, it stays on this machine. */
export function rowKey(row: Order): string {
  const { orderNumber, merchantId, customerId, lines, address, courierId } = row;
  return digestOf({ orderNumber, merchantId, customerId, lines, address, courierId }).slice(0, 32);
}

/** A crash may leave half of the last line: the row is taken up again, as if it had not been written. */
function withoutTornEnd(file: string): string {
  const text = readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
  return whole;
}

const entrySchema = z.object({ row: z.string(), state: z.string() });

/** @throws {NetworkError} FILE_DAMAGED */
function entryOf(file: string, line: string, index: number): Entry {
  try {
    return entrySchema.parse(JSON.parse(line)) as Entry;
  } catch {
    throw fileDamaged(file, { line: index + 1 });
  }
}

const readEntries = (file: string): Entry[] =>
  withoutTornEnd(file)
    .split('\n')
    .filter(Boolean)
    .map((line, index) => entryOf(file, line, index));

export class RunJournal {
  readonly #file: string;
  readonly #states = new Map<string, FinalState>();

  constructor(file: string) {
    this.#file = file;
    makeFolder(dirname(file));
    if (!existsSync(file)) return;
    for (const { row, state } of readEntries(file)) this.#states.set(row, state);
  }

  /** How the row ended before, or undefined. */
  ended(row: string): FinalState | undefined {
    return this.#states.get(row);
  }

  end(row: string, state: FinalState): void {
    this.#states.set(row, state);
    const entry = `${JSON.stringify({ row, state } satisfies Entry)}\n`;
    appendFileSync(this.#file, entry, { mode: SECRET_FILE });
  }
}
