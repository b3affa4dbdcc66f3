// SPDX-License-Identifier: Apache-2.0
// Redeemed money that did not arrive outside of the ledger. Nobody but its payee can say that it did not, so that it is overdue only where the
// payee tells the auditor what arrives: for what is due after the first arrival that it told of.
import type { AuditorDatabase } from '../database/schema.js';
import { obligationOf } from '../obligations/keep-obligations.js';
import { overdueFinding, type OverdueFinding } from '../obligations/overdue-findings.js';

interface Payout {
  readonly payeeId: string;
  readonly currency: string;
  readonly redeemId: string;
}

/** A redemption among the obligations: `bank/currency/redeem/payee~id`. */
function payoutIn(subject: string): Payout | undefined {
  const [, currency = '', kind, id = ''] = subject.split('/');
  const [payeeId, redeemId] = id.split('~');
  return kind !== 'redeem' || payeeId === undefined || redeemId === undefined
    ? undefined
    : { payeeId, currency, redeemId };
}

const nameOf = ({ payeeId, currency, redeemId }: Payout): string =>
  `${payeeId}/${currency}/${redeemId}`;

/** Payees that tell what arrives, and since when: seconds since 1970. */
async function tellingSince(db: AuditorDatabase): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('reported_payouts')
    .select(({ fn }) => ['payee_id', fn.min<number>('arrived_at').as('since')])
    .groupBy('payee_id')
    .execute();
  return new Map(rows.map(({ payee_id, since }) => [payee_id, since]));
}

async function arrivedOf(
  db: AuditorDatabase,
  payees: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('reported_payouts')
    .select(['payee_id', 'currency', 'redeem_id', 'amount'])
    .where('payee_id', 'in', payees)
    .execute();
  return new Map(
    rows.map(({ payee_id, currency, redeem_id, amount }) => [
      nameOf({ payeeId: payee_id, currency, redeemId: redeem_id }),
      amount,
    ]),
  );
}

/**
 * @param at seconds since 1970
 * @returns redemptions whose money did not arrive, or not all of it, the oldest first
 */
export async function unarrivedPayouts(db: AuditorDatabase, at: number): Promise<OverdueFinding[]> {
  const telling = await tellingSince(db);
  if (telling.size === 0) return [];
  const arrived = await arrivedOf(db, [...telling.keys()]);
  const rows = await db
    .selectFrom('obligations')
    .selectAll()
    .where('kind', '=', 'payout.arrive')
    .where('due_at', '<', at)
    .orderBy('due_at')
    .orderBy('subject')
    .execute();
  return rows.map(obligationOf).flatMap((obligation) => {
    const payout = payoutIn(obligation.subject);
    const since = payout && telling.get(payout.payeeId);
    if (payout === undefined || since === undefined || obligation.dueAt < since) return [];
    const amount = arrived.get(nameOf(payout));
    if (amount === obligation.money?.amount) return [];
    const finding = overdueFinding(obligation);
    return [
      amount === undefined
        ? finding
        : { ...finding, found: `${finding.found}; ${amount} of it arrived` },
    ];
  });
}
