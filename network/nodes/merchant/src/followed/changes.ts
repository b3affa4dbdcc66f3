// SPDX-License-Identifier: Apache-2.0
// What the projections share: the rows that a block changed, and whose merchants are this organisation's.
import {
  rowChange,
  type CommittedBlock,
  type CommittedTransaction,
  type RowChange,
} from '@fabric-offline-pay/sdk';
import type { MerchantTransaction } from '../database/schema.js';

/** Seconds since 1970: of the proposal, which endorsers held against their clocks. */
export const timeOf = ({ events }: CommittedTransaction): number => events[0]?.at ?? 0;

/** @returns the changes of these kinds, in the order of their keys */
export const changesOf = <Kind extends RowChange['kind']>(
  transaction: CommittedTransaction,
  ...kinds: readonly Kind[]
): Extract<RowChange, { kind: Kind }>[] =>
  transaction.changes
    .map(rowChange)
    .filter((change): change is Extract<RowChange, { kind: Kind }> =>
      kinds.some((kind) => kind === change?.kind),
    );

/** Where an event or a movement comes from. */
export interface Origin {
  readonly block: CommittedBlock;
  readonly transaction: CommittedTransaction;
}

/** @returns the merchants whose licence names this organisation now */
export async function ownMerchants(
  db: MerchantTransaction,
  mspId: string,
): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('followed_merchants')
    .select('merchant_id')
    .where('msp_id', '=', mspId)
    .execute();
  return new Set(rows.map(({ merchant_id }) => merchant_id));
}

/** Calls for each transaction that changed such a row, with the organisation's merchants as they are then. */
export async function eachOwn<Kind extends RowChange['kind']>(
  db: MerchantTransaction,
  block: CommittedBlock,
  { mspId, kinds }: { readonly mspId: string; readonly kinds: readonly Kind[] },
  apply: (
    origin: Origin,
    changes: Extract<RowChange, { kind: Kind }>[],
    own: ReadonlySet<string>,
  ) => Promise<void>,
): Promise<void> {
  let own: ReadonlySet<string> | undefined;
  for (const transaction of block.transactions) {
    const changes = changesOf(transaction, ...kinds);
    if (changes.length === 0) continue;
    own ??= await ownMerchants(db, mspId);
    await apply({ block, transaction }, changes, own);
  }
}
