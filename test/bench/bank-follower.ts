// SPDX-License-Identifier: Apache-2.0
// The bank's node as far as it follows the ledger: all of its tables. What blocks ask for is noted, and nobody does it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBankDatabase } from '@fabric-offline-pay/bank-node';
import { Work, type BlockSource, type DatabasePlace } from '@fabric-offline-pay/node-common/node';
import { pino } from 'pino';
import type { BankTables } from '../../network/nodes/bank/src/database/schema.js';
import { urlOf } from '../../network/nodes/common/src/testing/test-place.js';
import { bankParts } from '../support/bank-parts.js';

const DEADLINE_MS = 600_000;

/** Follows a ledger from its beginning, into an empty database. */
export class BankFollower {
  readonly #bankId: string;
  readonly #place: DatabasePlace;

  constructor(bankId: string, place: DatabasePlace) {
    this.#bankId = bankId;
    this.#place = place;
  }

  /**
   * @param marks blocks; the source gives the first and those before it, and what follows only after `goOn`
   * @returns milliseconds from `goOn` until the tables have the second
   */
  async follow(
    blocks: BlockSource,
    [first, last]: readonly [bigint, bigint],
    goOn: () => void,
  ): Promise<number> {
    const folder = mkdtempSync(join(tmpdir(), 'offpay-following-'));
    const db = await openBankDatabase(this.#place);
    const logger = pino({ level: 'silent' });
    let failure: unknown;
    const onEnd = (error: unknown): void => void (failure = error);
    const work = new Work<BankTables>({ db, url: urlOf(this.#place), logger, blocks, onEnd });
    try {
      const { projections, jobs } = bankParts({ db, work }, this.#bankId, folder);
      await work.start({ projections, jobs: jobs.map((kind) => ({ ...kind, atOnce: 0 })) });
      await work.reached(first, AbortSignal.timeout(DEADLINE_MS));
      const begun = performance.now();
      goOn();
      await work.reached(last, AbortSignal.timeout(DEADLINE_MS));
      return performance.now() - begun;
    } catch (error) {
      throw failure ?? error;
    } finally {
      await work.close();
      await db.destroy();
      rmSync(folder, { recursive: true });
    }
  }
}
