// SPDX-License-Identifier: Apache-2.0
// The projection of what the clock makes due: each row of the ledger says what follows from it, and a change of the row replaces that.
import type { RowValue } from '@fabric-offline-pay/domain';
import { BatchedRows, type Projection } from '@fabric-offline-pay/node-common/node';
import { rowChange, type CommittedBlock, type RowChange } from '@fabric-offline-pay/sdk';
import type { Transaction } from 'kysely';
import type { CreditCountTable } from '../database/clock-tables.js';
import type { BankTables } from '../database/schema.js';
import { orderIn } from '../order-changes.js';
import { dueOfCheckpoint, dueOfCredits, dueOfOrder, dueOfReserve } from './due-of-rows.js';
import { DueRows } from './due-store.js';

type Tables = Transaction<BankTables>;

/** How a block changed the open credit entries of one payee. */
interface CreditChange {
  readonly payeeId: string;
  readonly currency: string;
  /** Of the first entry, seconds since 1970. */
  readonly at: number;
  readonly added: number;
  readonly removed: number;
}

function creditChanges(changes: readonly RowChange[], at: number): CreditChange[] {
  const byPayee = new Map<string, CreditChange>();
  for (const { kind, parts, row } of changes) {
    if (kind !== 'credit') continue;
    const [payeeId = '', currency = ''] = parts;
    const subject = `${payeeId}/${currency}`;
    const before = byPayee.get(subject) ?? { payeeId, currency, at, added: 0, removed: 0 };
    const isAdded = row !== null;
    byPayee.set(subject, {
      ...before,
      added: before.added + (isAdded ? 1 : 0),
      removed: before.removed + (isAdded ? 0 : 1),
    });
  }
  return [...byPayee.values()];
}

interface Writing {
  readonly db: Tables;
  readonly due: DueRows;
  readonly counts: BatchedRows<CreditCountTable, 'payee_id' | 'currency'>;
}

/** A payee's entries are rolled up some time after the first, and those that a roll-up leaves as long after it. */
async function countCredits({ due, counts }: Writing, change: CreditChange): Promise<void> {
  const { payeeId, currency, at, added, removed } = change;
  const key = { payee_id: payeeId, currency };
  const entries = ((await counts.get(key))?.entries ?? 0) + added - removed;
  counts.put({ ...key, entries });
  const subject = `credit/${payeeId}/${currency}`;
  const left = entries > 0 ? [dueOfCredits(payeeId, currency, at)] : [];
  if (removed > 0) due.replace(subject, left);
  else due.add(subject, left);
}

async function setPayee(db: Tables, payeeId: string, isOwn: boolean): Promise<void> {
  if (isOwn)
    await db
      .insertInto('own_payees')
      .values({ payee_id: payeeId })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  else await db.deleteFrom('own_payees').where('payee_id', '=', payeeId).execute();
}

/** @param dueAts milliseconds since 1970 */
export type AskForLook = (db: Tables, dueAts: readonly number[]) => Promise<void>;

export class DueThings implements Projection<BankTables> {
  readonly tables = ['due_things', 'own_payees', 'credit_counts', 'clock_policy'] as const;
  readonly #bankId: string;
  readonly #askForLook: AskForLook;

  /**
   * @param bankId whose customers, payees and reserves are looked after
   * @param askForLook told when what blocks bring becomes due
   */
  constructor(bankId: string, askForLook: AskForLook) {
    this.#bankId = bankId;
    this.#askForLook = askForLook;
  }

  apply(db: Tables, block: CommittedBlock): Promise<void> {
    return this.applyAll(db, [block]);
  }

  async applyAll(db: Tables, blocks: readonly CommittedBlock[]): Promise<void> {
    const counts: Writing['counts'] = new BatchedRows(db, 'credit_counts', [
      'payee_id',
      'currency',
    ]);
    const writing = { db, due: new DueRows(db), counts };
    for (const { changes, events } of blocks.flatMap(({ transactions }) => transactions)) {
      const known = changes.map(rowChange).filter((change) => change !== undefined);
      for (const change of known) await this.#follow(writing, change);
      for (const change of creditChanges(known, events[0]?.at ?? 0))
        await countCredits(writing, change);
    }
    await counts.write();
    await writing.due.write();
    await this.#askForLook(db, writing.due.dueAts);
  }

  async #follow(writing: Writing, change: RowChange): Promise<void> {
    const order = orderIn(change);
    if (order?.bankId === this.#bankId) {
      const { merchantId, orderNumber } = order;
      writing.due.replace(`order/${merchantId}/${orderNumber}`, dueOfOrder(order));
    }
    await this.#followRules(writing, change);
    this.#followMoney(writing, change);
  }

  /** Who is paid by this bank, and how long the policy lets things wait. */
  async #followRules(writing: Writing, { kind, row }: RowChange): Promise<void> {
    if (row === null) return;
    if (kind === 'merchant')
      await setPayee(writing.db, row.merchantId, row.bankId === this.#bankId);
    if (kind === 'registry') await this.#followRegistry(writing, row);
  }

  async #followRegistry(
    { db, due }: Writing,
    { policy, participants }: RowValue<'registry'>,
  ): Promise<void> {
    await due.setSpans(policy);
    for (const { role, actor, bankId } of participants)
      if (role === 'logistics') await setPayee(db, actor, bankId === this.#bankId);
  }

  #followMoney({ due }: Writing, { kind, parts, row }: RowChange): void {
    if (row === null) return;
    if (kind === 'checkpoint') due.replace([kind, ...parts].join('/'), dueOfCheckpoint(row));
    if (kind === 'reserve' && row.bankId === this.#bankId)
      due.replace([kind, ...parts].join('/'), dueOfReserve(row));
  }
}
