// SPDX-License-Identifier: Apache-2.0
// All tables that are made from what was audited, beside those of the audit itself.
import type { Kysely } from 'kysely';
import { PocketHistory } from './backing/follow-pockets.js';
import { Credits } from './confirmations/follow-credits.js';
import { VoucherFates } from './confirmations/follow-vouchers.js';
import type { AuditProjection } from './engine/audit.js';
import { keepHistories, type HistoryDatabase } from './histories/keep-histories.js';

/** Kysely cannot know that a database with more tables is one with fewer. */
const only = (db: unknown): Kysely<HistoryDatabase> => db as Kysely<HistoryDatabase>;

/** Tables that are compared when somebody asks. */
interface Tables {
  apply(...given: Parameters<AuditProjection['apply']>): Promise<void>;
}

const withoutFindings = (tables: Tables): AuditProjection => ({
  async apply(...given) {
    await tables.apply(...given);
    return [];
  },
});

/** @param chaincode the name of the audited chaincode */
export const projectionsOf = (chaincode: string): readonly AuditProjection[] => [
  {
    apply: (transaction, audited, blocks) =>
      keepHistories(only(transaction), chaincode, audited, blocks),
  },
  withoutFindings(new VoucherFates(chaincode)),
  withoutFindings(new Credits()),
  withoutFindings(new PocketHistory()),
];
