// SPDX-License-Identifier: Apache-2.0
// Remembers which rows of orders were handled to their end on this ledger, so that a second run moves nothing. A row that
// a crash interrupted is not in it, and is taken up again: every step has a natural key.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { digestOf } from '@fabric-offline-pay/domain';
import type { Order } from '../input/rows/order';
import { makeFolder, SECRET_FILE } from '../system/files';
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

export class RunJournal {
  readonly #file: string;
  readonly #states = new Map<string, FinalState>();

  constructor(file: string) {
    this.#file = file;
    makeFolder(dirname(file));
    if (!existsSync(file)) return;
    for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
      const entry = JSON.parse(line) as Entry;
      this.#states.set(entry.row, entry.state);
    }
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
