// SPDX-License-Identifier: Apache-2.0
// Keeps what became of each voucher that the ledger has seen, in the database transaction of its block. A voucher may be judged several times;
// the verdict that counts most stays.
import { sql } from 'kysely';
import type { VoucherFateTable } from '../database/confirmation-tables.js';
import type { AuditorTransaction } from '../database/schema.js';
import type { AuditedTransaction } from '../engine/segment.js';
import { judgedIn, reservesIn, type CertificatesOf } from './claims-in.js';
import { rowsAt } from './ledger-rows.js';

/** How much a verdict counts: a paid voucher stays paid, and one that is refused for now may be paid later. */
const WEIGHTS: Partial<Record<VoucherFateTable['verdict'], number>> = {
  settled: 3,
  conflict: 2,
  cancelled: 2,
};

const weightOf = (verdict: VoucherFateTable['verdict']): number => WEIGHTS[verdict] ?? 1;

const fatesOf = (audited: AuditedTransaction, certificatesOf: CertificatesOf): VoucherFateTable[] =>
  judgedIn(audited, certificatesOf).map(({ digest, verdict, merchantId, amount }) => ({
    ...{ digest, verdict, merchant_id: merchantId, amount, weight: weightOf(verdict) },
    ...{ block: audited.block, place: audited.transaction.index },
    transaction_id: audited.transaction.id,
  }));

/** Rows of one statement. */
const AT_ONCE = 1_000;

async function putFates(db: AuditorTransaction, fates: readonly VoucherFateTable[]) {
  for (let start = 0; start < fates.length; start += AT_ONCE)
    await db
      .insertInto('voucher_fates')
      .values(fates.slice(start, start + AT_ONCE))
      .onConflict((conflict) =>
        conflict
          .column('digest')
          .doUpdateSet((excluded) => ({
            verdict: excluded.ref('excluded.verdict'),
            merchant_id: excluded.ref('excluded.merchant_id'),
            amount: excluded.ref('excluded.amount'),
            block: excluded.ref('excluded.block'),
            place: excluded.ref('excluded.place'),
            transaction_id: excluded.ref('excluded.transaction_id'),
            weight: excluded.ref('excluded.weight'),
          }))
          .where(sql`excluded.weight`, '>', sql`voucher_fates.weight`),
      )
      .execute();
}

export class VoucherFates {
  readonly #chaincode: string;

  /** @param chaincode the name of the audited chaincode */
  constructor(chaincode: string) {
    this.#chaincode = chaincode;
  }

  async apply(db: AuditorTransaction, audited: readonly AuditedTransaction[]): Promise<void> {
    // A reserve's certificates are only ever added to, so that the newest row has them all.
    const keys = audited.flatMap(reservesIn);
    const reserves = await rowsAt(db, this.#chaincode, 'reserve', keys);
    const certificatesOf = (key: string) => reserves.get(key)?.certificates ?? [];
    const fates = new Map<string, VoucherFateTable>();
    for (const fate of audited.flatMap((each) => fatesOf(each, certificatesOf)))
      if (fate.weight > (fates.get(fate.digest)?.weight ?? 0)) fates.set(fate.digest, fate);
    await putFates(db, [...fates.values()]);
  }
}
