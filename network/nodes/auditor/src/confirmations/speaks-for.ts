// SPDX-License-Identifier: Apache-2.0
// For whom a reporter speaks: the name in its certificate is an id on the ledger. A participant's id speaks for the participant, and for the
// merchants whose licence names its organisation.
import type { AuditorDatabase } from '../database/schema.js';
import { rowsAt, theRow } from './ledger-rows.js';

interface Ledger {
  readonly db: AuditorDatabase;
  readonly chaincode: string;
}

/** @returns whether the reporter's word counts for this payee or bank */
export async function speaksFor(
  { db, chaincode }: Ledger,
  reporter: string,
  id: string,
): Promise<boolean> {
  if (reporter === id) return true;
  const key = `merchant/${id}`;
  const merchant = (await rowsAt(db, chaincode, 'merchant', [key])).get(key);
  if (merchant === undefined) return false;
  const registry = await theRow(db, chaincode, 'registry');
  return (
    registry?.participants.some(
      ({ actor, mspId }) => actor === reporter && mspId === merchant.mspId,
    ) ?? false
  );
}
