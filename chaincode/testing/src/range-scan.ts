// SPDX-License-Identifier: Apache-2.0
// One range query of a simulation: hands out rows as the peer does and remembers what was fetched, for the phantom check.
import type { Row, SortedRows } from './sorted-rows';
import type { KeyRead, RangeRead } from './types';

/** What one answer of the peer to the chaincode carries. */
export interface RowBatch {
  readonly rows: readonly Row[];
  readonly hasMore: boolean;
}

/** Page as asked: both empty means no pagination. */
export interface Page {
  readonly size: number;
  readonly bookmark: string;
}

/** The peer's `maxResultLimit`: rows in one message to the chaincode. */
const BATCH = 100;
/** What core.yaml comes with. */
export const DEFAULT_TOTAL_QUERY_LIMIT = 100_000;

/**
 * A scan over [startKey, endKey), which ends without a word at `ledger.state.totalQueryLimit` of the peer's settings. The peer
 * fetches a batch and one row more, whatever the chaincode then consumes, and its phantom check covers all that it fetched;
 * so does this.
 */
export class RangeScan {
  readonly #startKey: string;
  readonly #rows: Generator<Row, undefined>;
  readonly #limit: number;
  readonly #paginated: boolean;
  readonly #reads: KeyRead[] = [];
  #pending: Row[] = [];
  #exhausted = false;

  constructor(
    rows: SortedRows,
    startKey: string,
    private readonly endKey: string,
    page: Page = { size: 0, bookmark: '' },
    totalQueryLimit = DEFAULT_TOTAL_QUERY_LIMIT,
  ) {
    this.#paginated = page.size > 0 || page.bookmark !== '';
    this.#startKey = page.bookmark === '' ? startKey : page.bookmark;
    this.#limit = page.size > 0 ? Math.min(page.size, totalQueryLimit) : totalQueryLimit;
    this.#rows = rows.range(this.#startKey, endKey);
  }

  /** The next batch of at most 100 rows, or the whole page. */
  fetch(): RowBatch {
    while (this.#reads.length < this.#limit) {
      const row = this.#next();
      if (!row) break;
      if (!this.#paginated && this.#pending.length === BATCH) return this.#cut([row], true);
      this.#pending.push(row);
    }
    return this.#cut([], false);
  }

  /** The key after the page, empty at the end. Ends the scan. */
  bookmark(): string {
    return this.#rows.next().value?.key ?? '';
  }

  /** The record for validation. */
  record(): RangeRead {
    const endKey = this.#exhausted ? this.endKey : (this.#reads.at(-1)?.key ?? '');
    return {
      startKey: this.#startKey,
      endKey,
      exhausted: this.#exhausted,
      reads: [...this.#reads],
    };
  }

  #next(): Row | undefined {
    const row = this.#rows.next().value;
    if (row) this.#reads.push({ key: row.key, version: row.version });
    else this.#exhausted = true;
    return row;
  }

  #cut(pending: Row[], hasMore: boolean): RowBatch {
    const rows = this.#pending;
    this.#pending = pending;
    return { rows, hasMore };
  }
}
