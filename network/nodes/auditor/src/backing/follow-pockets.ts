// SPDX-License-Identifier: Apache-2.0
// Keeps what each pocket held after each block that changed it, and which bank pays whom from when on, in the database transaction of the
// block. Rows are only added, so that catching up writes and reads nothing twice.
import { outranks, payeeBanksIn, pocketOf, type Pocket } from '@fabric-offline-pay/domain';
import { addRows } from '@fabric-offline-pay/node-common/node';
import type { RawBlock } from '../blocks/raw-block.js';
import type { PayeeBankTable, PocketHistoryTable } from '../database/backing-tables.js';
import type { AuditorTransaction } from '../database/schema.js';
import type { AuditedTransaction } from '../engine/segment.js';
import type { RowChange } from '../rows/changed-rows.js';
import { isRow, kindOf, readRow } from '../rows/read-row.js';
import type { Kind } from '../rows/row-kinds.js';

/** Kinds of rows that hold money of somebody, and those that name banks. */
const JUDGED: ReadonlySet<Kind> = new Set([
  ...(['account', 'terms', 'order', 'reserve', 'credit', 'checkpoint'] as const),
  ...(['merchant', 'registry'] as const),
]);

/** What a row says now; undefined: it is of another kind, or nobody can read it, which is a finding of its own. */
function contentOf({ key, after }: RowChange): { readonly row: unknown } | undefined {
  const kind = kindOf(key);
  if (kind === undefined || !JUDGED.has(kind)) return undefined;
  if (after === null) return { row: null };
  const read = readRow(key, after);
  return isRow(read) ? { row: read.value } : undefined;
}

/** What blocks say of pockets and banks, the last of each block. */
class Written {
  readonly pockets = new Map<string, { readonly block: number; readonly pocket: Pocket }>();
  readonly banks = new Map<string, PayeeBankTable>();

  take(block: number, change: RowChange): void {
    const content = contentOf(change);
    if (content === undefined) return;
    for (const [payee_id, bank_id] of payeeBanksIn(change.key, content.row))
      this.banks.set(`${block.toString()}/${payee_id}`, { payee_id, block, bank_id });
    const pocket = pocketOf(change.key, content.row);
    if (pocket === undefined) return;
    const name = `${block.toString()}/${pocket.name}`;
    if (!outranks(this.pockets.get(name)?.pocket, pocket))
      this.pockets.set(name, { block, pocket });
  }
}

/** Whoever is paid by the same bank as before needs no row: a licence changes more often than its bank. */
async function newBanks(
  db: AuditorTransaction,
  banks: readonly PayeeBankTable[],
): Promise<PayeeBankTable[]> {
  if (banks.length === 0) return [];
  const known = await db
    .selectFrom('payee_banks')
    .distinctOn('payee_id')
    .select(['payee_id', 'bank_id'])
    .where('payee_id', 'in', [...new Set(banks.map(({ payee_id }) => payee_id))])
    .orderBy('payee_id')
    .orderBy('block', 'desc')
    .execute();
  const now = new Map(known.map(({ payee_id, bank_id }) => [payee_id, bank_id]));
  return banks.filter(({ payee_id, bank_id }) => {
    const isNew = now.get(payee_id) !== bank_id;
    now.set(payee_id, bank_id);
    return isNew;
  });
}

const rowOf = (block: number, { name, source, holds }: Pocket): PocketHistoryTable => ({
  ...{ pocket: name, block, weight: source === 'order' ? 1 : 0 },
  holds: JSON.stringify(holds),
});

export class PocketHistory {
  async apply(
    db: AuditorTransaction,
    audited: readonly AuditedTransaction[],
    blocks: readonly RawBlock[],
  ): Promise<void> {
    const written = new Written();
    for (const { block, changed } of audited)
      for (const change of changed?.changes ?? []) written.take(block, change);
    const rows = [...written.pockets.values()].map(({ block, pocket }) => rowOf(block, pocket));
    const hashes = blocks.map(({ number, hash }) => ({ block: number, hash }));
    await addRows(db, 'block_hashes', hashes, 'block');
    await addRows(db, 'pocket_history', rows, 'block');
    await addRows(db, 'payee_banks', await newBanks(db, [...written.banks.values()]), 'block');
  }
}
