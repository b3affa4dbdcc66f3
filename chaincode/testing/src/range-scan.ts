// SPDX-License-Identifier: Apache-2.0
// One range query of a simulation. It hands out rows like the peer, and remembers the rows fetched for the phantom check.
import type { Row, SortedRows } from './sorted-rows';
import type { KeyRead, RangeRead } from './types';

/** One answer of the peer to the chaincode. */
export interface RowBatch {
  readonly rows: readonly Row[];
  readonly hasMore: boolean;
}

/** The requested page. Size 0 and an empty bookmark mean no pagination. */
export interface Page {
  readonly size: number;
  readonly bookmark: string;
}

/** The peer's `maxResultLimit`: rows in one message to the chaincode. */
const BATCH = 100;
/** The default in core.yaml. */
export const DEFAULT_TOTAL_QUERY_LIMIT = 100_000;

/**
 * A scan over [startKey, endKey). It silently ends at the peer's setting `ledger.state.totalQueryLimit`. The peer fetches a
 * batch and one more row, even if the chaincode then reads fewer, and its phantom check covers everything that it fetched.
 * This scan does the same.
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

  /** The key after the page, or '' at the end. Ends the scan. */
  bookmark(): string {
    return this.#rows.next().value?.key ?? '';
  }

  /** @returns the record for validation. */
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
