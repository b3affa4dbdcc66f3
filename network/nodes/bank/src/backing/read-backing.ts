// SPDX-License-Identifier: Apache-2.0
// Reads statements of backing, and proves to a customer that its money was counted.
import { leavesOf, LeafTree, type BackingProof, type Liability } from '@fabric-offline-pay/domain';
import { NodeError } from '@fabric-offline-pay/node-common/client';
import type { Selectable } from 'kysely';
import { toInstant } from '../clock.js';
import { dayOf } from '../core-banking/book/post-entry.js';
import type { BackingLeafTable, BackingStatementTable } from '../database/backing-tables.js';
import type { BankDatabase } from '../database/schema.js';

type Row = Selectable<BackingStatementTable>;

/** A statement, as it is shown. */
export interface ShownStatement {
  readonly day: string;
  /** Seconds since 1970. */
  readonly madeAt: number;
  /** Base64 of the COSE_Sign1. */
  readonly statement: string;
  /** PEM. */
  readonly certificate: string;
}

const shown = ({ day, made_at, statement, certificate }: Row): ShownStatement => ({
  ...{ day, madeAt: toInstant(made_at), statement, certificate },
});

/** Trees that are kept in memory: of as many days and currencies as are asked for at the same time. */
const MOST_TREES = 4;

export interface BackingSource {
  readonly db: BankDatabase;
  readonly bankId: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

const liabilityOf =
  (bankId: string) =>
  ({ currency, customer_id, payee_id, amount }: BackingLeafTable): Liability => ({
    ...{ bankId, currency, amount },
    ...(customer_id === null
      ? { kind: 'payee', id: payee_id ?? '' }
      : { kind: 'customer', id: customer_id }),
  });

/** The statements that the bank published. What a clock that was ahead says of a day that has not begun is not shown. */
export class PublishedBacking {
  readonly #source: BackingSource;
  /** By seed, which belongs to one statement, and currency. */
  readonly #trees = new Map<string, Promise<LeafTree>>();

  constructor(source: BackingSource) {
    this.#source = source;
  }

  /** @param day the newest without it @throws {NodeError} NOT_FOUND */
  async statement(day?: string): Promise<ShownStatement> {
    return shown(await this.#row(day));
  }

  /** @throws {NodeError} NOT_FOUND */
  async seed(day: string): Promise<{ readonly day: string; readonly seed: string }> {
    const { seed } = await this.#row(day);
    return { day, seed };
  }

  /**
   * @param day the newest without it
   * @returns the statement, and the proof of the customer's own leaf
   * @throws {NodeError} NOT_FOUND, also when the bank owed the customer nothing in this currency, or proofs of the day are not kept any more
   */
  async proof(
    customerId: string,
    currency: string,
    day?: string,
  ): Promise<ShownStatement & { readonly proof: BackingProof }> {
    const row = await this.#row(day);
    const tree = await this.#treeOf(row, currency);
    const proof = tree.proofOf({ kind: 'customer', id: customerId });
    if (proof === undefined) throw new NodeError('NOT_FOUND', 'currency');
    return { ...shown(row), proof };
  }

  async #row(day?: string): Promise<Row> {
    const { db, clock } = this.#source;
    const row = await db
      .selectFrom('backing_statements')
      .selectAll()
      .where('day', '<=', dayOf(clock()))
      .$if(day !== undefined, (query) => query.where('day', '=', day ?? ''))
      .orderBy('day', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (row === undefined) throw new NodeError('NOT_FOUND', 'day');
    return row;
  }

  #treeOf(row: Row, currency: string): Promise<LeafTree> {
    const name = `${row.seed}/${currency}`;
    const known = this.#trees.get(name);
    if (known !== undefined) return known;
    const tree = this.#readTree(row, currency);
    const [oldest] = this.#trees.keys();
    if (this.#trees.size >= MOST_TREES && oldest !== undefined) this.#trees.delete(oldest);
    this.#trees.set(name, tree);
    tree.catch(() => this.#trees.delete(name));
    return tree;
  }

  async #readTree({ day, seed }: Row, currency: string): Promise<LeafTree> {
    const { db, bankId } = this.#source;
    const rows = await db
      .selectFrom('backing_leaves')
      .selectAll()
      .where('day', '=', day)
      .where('currency', '=', currency)
      .execute();
    return new LeafTree(leavesOf(rows.map(liabilityOf(bankId)), Buffer.from(seed, 'hex')));
  }
}
