// SPDX-License-Identifier: Apache-2.0
// Obligations past their time, as findings.
import type { Kysely } from 'kysely';
import type { ObligationTables } from './obligation-tables.js';
import type { StateTables } from '../state/state-tables.js';
import type { RuleName } from '../findings/finding.js';
import { obligationOf } from './keep-obligations.js';
import { OBLIGATIONS, overdueAt, type Obligation, type ObligationName } from '../overdue/index.js';

/** Something overdue, where a report names it. */
export interface OverdueFinding {
  readonly rule: RuleName;
  /** Since when it is owed. */
  readonly block: number;
  readonly place: null;
  readonly transactionId: '';
  readonly subject: string;
  readonly expected: string;
  readonly found: string;
  /** Seconds since 1970. */
  readonly dueAt: number;
}

const RULE_OF = Object.fromEntries(
  (Object.keys(OBLIGATIONS) as ObligationName[]).map((kind) => [kind, `overdue.${kind}`]),
) as { readonly [Kind in ObligationName]: `overdue.${Kind}` } satisfies Readonly<
  Record<ObligationName, RuleName>
>;

const moneyText = ({ money }: Obligation): string =>
  money === null ? '' : `, ${money.amount} minor units of ${money.currency}`;

/** @returns an obligation as a finding. No age: it would be another finding each second. */
export const overdueFinding = (overdue: Obligation): OverdueFinding => ({
  ...{ rule: RULE_OF[overdue.kind], block: overdue.sinceBlock, place: null, transactionId: '' },
  subject: overdue.subject,
  expected: `${OBLIGATIONS[overdue.kind].owed} by ${new Date(overdue.dueAt * 1000).toISOString()}`,
  found: `still owed by ${overdue.owedBy.id}${moneyText(overdue)}`,
  dueAt: overdue.dueAt,
});

/** A payout that was asked for is owed only as far as its payee has the money. */
async function checkpointsOf(
  db: Kysely<StateTables>,
  chaincode: string,
  obligations: readonly Obligation[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const keys = obligations.flatMap(({ kind, owedBy, money }) =>
    kind === 'payout.redeem' && money !== null
      ? [Buffer.from(`checkpoint/${owedBy.id}/${money.currency}`)]
      : [],
  );
  if (keys.length === 0) return new Map();
  const rows = await db
    .selectFrom('ledger_rows')
    .select(['key', 'value'])
    .where('namespace', '=', chaincode)
    .where('key', 'in', keys)
    .execute();
  return new Map(rows.map(({ key, value }) => [key.toString('utf8'), value]));
}

/**
 * @param at seconds since 1970
 * @returns what is overdue then, the oldest first
 */
export async function overdueFindings(
  db: Kysely<ObligationTables & StateTables>,
  chaincode: string,
  at: number,
): Promise<OverdueFinding[]> {
  const rows = await db
    .selectFrom('obligations')
    .selectAll()
    .where('due_at', '<', at)
    .orderBy('due_at')
    .orderBy('kind')
    .orderBy('subject')
    .execute();
  const obligations = rows.map(obligationOf);
  const checkpoints = await checkpointsOf(db, chaincode, obligations);
  const rowAt = (key: string): Uint8Array | null => checkpoints.get(key) ?? null;
  return overdueAt(obligations, { at, rowAt }).map(overdueFinding);
}
