// SPDX-License-Identifier: Apache-2.0
// Under which ids deductions and what went back of them stand on the ledger. The ids are digests of the book's keys, so that nobody can
// compute the key from the id: they are kept beside each other.
import type { SupplyKind } from '@fabric-offline-pay/domain';
import type { FundingIdTable } from '../database/reconciliation-tables.js';
import type { FundingMoveTable } from '../database/funding-tables.js';
import type { BankDatabase } from '../database/schema.js';
import { authorisationKey, issueIdOf, moveKey, withdrawIdOf } from '../funding/keys.js';

const FORMS: Readonly<Partial<Record<SupplyKind, RegExp>>> = {
  issue: /^fund-[0-9a-f]{40}$/,
  withdraw: /^back-[0-9a-f]{40}$/,
};

/** @returns whether automatic deduction makes such ids. A teller makes others. */
export const isFundingId = (kind: SupplyKind, id: string): boolean =>
  FORMS[kind]?.test(id) ?? false;

/** Of each; a statement may have 65,535 parameters. */
const BATCH = 2000;

/** Deductions whose ids are not kept yet. */
const newLegs = (db: BankDatabase) =>
  db
    .selectFrom('funding_legs as part')
    .leftJoin('funding_ids as known', (join) =>
      join
        .onRef('known.merchant_id', '=', 'part.merchant_id')
        .onRef('known.order_number', '=', 'part.order_number')
        .onRef('known.leg', '=', 'part.leg')
        .on('known.move_kind', 'is', null),
    )
    .where('known.book_key', 'is', null)
    .select(['part.merchant_id', 'part.order_number', 'part.leg'])
    .limit(BATCH)
    .execute();

/** What goes back, and is not kept yet. What is completed leaves no trace on the ledger. */
const newMoves = (db: BankDatabase) =>
  db
    .selectFrom('funding_moves as part')
    .leftJoin('funding_ids as known', (join) =>
      join
        .onRef('known.merchant_id', '=', 'part.merchant_id')
        .onRef('known.order_number', '=', 'part.order_number')
        .onRef('known.leg', '=', 'part.leg')
        .onRef('known.move_kind', '=', 'part.kind')
        .onRef('known.number', '=', 'part.number'),
    )
    .where('known.book_key', 'is', null)
    .where('part.kind', '!=', 'complete')
    .select(['part.merchant_id', 'part.order_number', 'part.leg', 'part.kind', 'part.number'])
    .limit(BATCH)
    .execute();

type LegRow = Pick<FundingMoveTable, 'merchant_id' | 'order_number' | 'leg'>;
type MoveRow = LegRow & Pick<FundingMoveTable, 'kind' | 'number'>;

const legKey = ({ merchant_id: merchantId, order_number: orderNumber, leg }: LegRow) => ({
  merchantId,
  orderNumber,
  leg,
});

const idOfLeg = (row: LegRow): FundingIdTable => ({
  ...row,
  ...{ book_key: authorisationKey(legKey(row)), move_kind: null, number: 0 },
  ...{ supply_kind: 'issue', supply_id: issueIdOf(legKey(row)) },
});

function idOfMove({ kind, number, ...row }: MoveRow): FundingIdTable {
  const key = { ...legKey(row), kind, number };
  return {
    ...row,
    ...{ book_key: moveKey(key), move_kind: kind, number },
    ...{ supply_kind: 'withdraw', supply_id: withdrawIdOf(key) },
  };
}

/** Keeps the ids of all deductions that are new since the last time. */
export async function keepFundingIds(db: BankDatabase): Promise<void> {
  for (;;) {
    const ids = [...(await newLegs(db)).map(idOfLeg), ...(await newMoves(db)).map(idOfMove)];
    if (ids.length === 0) return;
    await db
      .insertInto('funding_ids')
      .values(ids)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}
