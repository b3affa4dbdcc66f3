// SPDX-License-Identifier: Apache-2.0
// The projection of what the clock makes due: each row of the ledger says what follows from it, and a change of the row replaces that.
import type { RowValue } from '@fabric-offline-pay/domain';
import type { Projection } from '@fabric-offline-pay/node-common/node';
import { rowChange, type CommittedBlock, type RowChange } from '@fabric-offline-pay/sdk';
import { sql, type Transaction } from 'kysely';
import type { BankTables } from '../database/schema.js';
import { orderIn } from '../order-changes.js';
import { dueOfCheckpoint, dueOfCredits, dueOfOrder, dueOfReserve } from './due-of-rows.js';
import { addDue, replaceDue, setSpans } from './due-store.js';

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

/** A payee's entries are rolled up some time after the first, and those that a roll-up leaves as long after it. */
async function countCredits(db: Tables, change: CreditChange): Promise<void> {
  const { payeeId, currency, at, added, removed } = change;
  const grown = added - removed;
  const { entries } = await db
    .insertInto('credit_counts')
    .values({ payee_id: payeeId, currency, entries: grown })
    .onConflict((conflict) =>
      conflict
        .columns(['payee_id', 'currency'])
        .doUpdateSet({ entries: sql<number>`credit_counts.entries + ${grown}` }),
    )
    .returning('entries')
    .executeTakeFirstOrThrow();
  const subject = `credit/${payeeId}/${currency}`;
  const left = entries > 0 ? [dueOfCredits(payeeId, currency, at)] : [];
  await (removed > 0 ? replaceDue(db, subject, left) : addDue(db, subject, left));
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

export class DueThings implements Projection<BankTables> {
  readonly tables = ['due_things', 'own_payees', 'credit_counts', 'clock_policy'] as const;
  readonly #bankId: string;

  /** @param bankId whose customers, payees and reserves are looked after */
  constructor(bankId: string) {
    this.#bankId = bankId;
  }

  async apply(db: Tables, { transactions }: CommittedBlock): Promise<void> {
    for (const { changes, events } of transactions) {
      const known = changes.map(rowChange).filter((change) => change !== undefined);
      for (const change of known) await this.#follow(db, change);
      for (const change of creditChanges(known, events[0]?.at ?? 0)) await countCredits(db, change);
    }
  }

  async #follow(db: Tables, change: RowChange): Promise<void> {
    const order = orderIn(change);
    if (order?.bankId === this.#bankId) {
      const { merchantId, orderNumber } = order;
      await replaceDue(db, `order/${merchantId}/${orderNumber}`, dueOfOrder(order));
    }
    await this.#followRules(db, change);
    await this.#followMoney(db, change);
  }

  /** Who is paid by this bank, and how long the policy lets things wait. */
  async #followRules(db: Tables, { kind, row }: RowChange): Promise<void> {
    if (row === null) return;
    if (kind === 'merchant') await setPayee(db, row.merchantId, row.bankId === this.#bankId);
    if (kind === 'registry') await this.#followRegistry(db, row);
  }

  async #followRegistry(db: Tables, { policy, participants }: RowValue<'registry'>) {
    await setSpans(db, policy);
    for (const { role, actor, bankId } of participants)
      if (role === 'logistics') await setPayee(db, actor, bankId === this.#bankId);
  }

  async #followMoney(db: Tables, { kind, parts, row }: RowChange): Promise<void> {
    if (row === null) return;
    if (kind === 'checkpoint')
      await replaceDue(db, [kind, ...parts].join('/'), dueOfCheckpoint(row));
    if (kind === 'reserve' && row.bankId === this.#bankId)
      await replaceDue(db, [kind, ...parts].join('/'), dueOfReserve(row));
  }
}
