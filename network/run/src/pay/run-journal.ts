// SPDX-License-Identifier: Apache-2.0
// Remembers which rows of orders have ended on this ledger, so that a second run moves nothing. A row that a crash
// interrupted is not in it and runs again, which is safe because every step has a natural key.
import { appendFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { digestOf } from '@fabric-offline-pay/domain';
import {
  fileDamaged,
  makeFolder,
  readWholeLines,
  SECRET_FILE,
} from '@fabric-offline-pay/node-common';
import * as z from 'zod';
import type { Order } from '../input/rows/order.js';
import type { FirstOutcome } from './outcome.js';
import type { RowBasis } from './row-basis.js';

/** How a row ended, and what a later run needs to run it again. */
export interface Ended extends FirstOutcome {
  /** The input of the row. When it differs, a refused row may pass now. */
  readonly basis: RowBasis;
  /** Counts from 1; each new run of the row after a refusal adds 1. */
  readonly attempt: number;
}

/** @returns the digest of a row's content: the same row twice is a replay. It has no salt, so it must stay on this machine. */
export function rowKey(row: Order): string {
  const { orderNumber, merchantId, customerId, lines, address, courierId } = row;
  return digestOf({ orderNumber, merchantId, customerId, lines, address, courierId }).slice(0, 32);
}

/** Journals of earlier versions lack the fields with a default. */
const entrySchema = z.object({
  row: z.string(),
  state: z.string(),
  refusal: z.string().nullable().default(null),
  basis: z.array(z.string()).default([]),
  attempt: z.int().positive().default(1),
});

type Entry = Ended & { readonly row: string };

/** @throws {NetworkError} FILE_DAMAGED */
function entryOf(file: string, line: string, index: number): Entry {
  try {
    return entrySchema.parse(JSON.parse(line)) as Entry;
  } catch {
    throw fileDamaged(file, { line: index + 1 });
  }
}

/** The row of half a line runs again. */
const readEntries = (file: string): Entry[] =>
  readWholeLines(file).map((line, index) => entryOf(file, line, index));

export class RunJournal {
  readonly #file: string;
  readonly #rows = new Map<string, Ended>();

  constructor(file: string) {
    this.#file = file;
    makeFolder(dirname(file));
    for (const { row, ...ended } of readEntries(file)) this.#rows.set(row, ended);
  }

  /** @returns how the row ended before, or undefined. */
  ended(row: string): Ended | undefined {
    return this.#rows.get(row);
  }

  end(row: string, ended: Ended): void {
    this.#rows.set(row, ended);
    const entry = `${JSON.stringify({ row, ...ended } satisfies Entry)}\n`;
    appendFileSync(this.#file, entry, { mode: SECRET_FILE });
  }
}
