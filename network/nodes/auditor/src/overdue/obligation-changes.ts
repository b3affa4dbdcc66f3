// SPDX-License-Identifier: Apache-2.0
// What a transaction makes owed, changes, and meets: a projection of the ledger, as a reducer over the rows that changed.
import { isDeepStrictEqual } from 'node:util';
import type { ChangedRows, RowChange } from '../rows/changed-rows.js';
import { isRow, kindOf, readRow, type Row } from '../rows/read-row.js';
import type { Kind } from '../rows/row-kinds.js';
import {
  DEFAULT_PATIENCE,
  dueAt,
  obligationName,
  type Obligation,
  type ObligationKey,
  type Patience,
  type PolicySpans,
} from './obligation.js';
import { obliges, owedBy, type Owed } from './owed-by-rows.js';

/** What the table of obligations becomes by one transaction. */
export interface ObligationChanges {
  /** New ones, and those that changed, which keep the `sinceBlock` under which they stand already. */
  readonly put: readonly Obligation[];
  /** What was met, or is owed no more. */
  readonly remove: readonly ObligationKey[];
  /** The policy's spans, when the transaction changed the registry: every obligation that waits is due anew by {@link dueAt}. */
  readonly spans: PolicySpans | undefined;
}

/** Before there is a registry. Nothing is owed then. */
export const NO_SPANS: PolicySpans = {
  unprovenSeconds: 0,
  decisionSeconds: 0,
  debtSeconds: 0,
  bulletinSeconds: 0,
};

/** A row before and after; undefined: what stands there now cannot be read, so that it meets nothing. */
interface Sides {
  readonly before: Row | null;
  readonly after: Row | null;
}

function readSide(key: string, bytes: Uint8Array | null): Row | null | undefined {
  if (bytes === null || bytes.length === 0) return null;
  const read = readRow(key, bytes);
  return isRow(read) ? read : undefined;
}

const isJudged = (kind: Kind | undefined): boolean =>
  kind !== undefined && (kind === 'registry' || obliges(kind));

function readSides({ key, before, after }: RowChange): Sides[] {
  if (!isJudged(kindOf(key))) return [];
  const read = readSide(key, after);
  return read === undefined ? [] : [{ before: readSide(key, before) ?? null, after: read }];
}

const spansOf = ({
  policy,
}: Extract<Row, { readonly kind: 'registry' }>['value']): PolicySpans => ({
  unprovenSeconds: policy.unprovenSeconds,
  decisionSeconds: policy.decisionSeconds,
  debtSeconds: policy.debtSeconds,
  bulletinSeconds: policy.offline.bulletinSeconds,
});

function changedSpans(sides: readonly Sides[]): PolicySpans | undefined {
  const registry = sides.map(({ after }) => after).find((row) => row?.kind === 'registry');
  return registry?.kind === 'registry' ? spansOf(registry.value) : undefined;
}

/** What rows of these kinds alone do not say: what a new row meets that another row made owed. */
function metBy({ before, after }: Sides): ObligationKey[] {
  if (before !== null || after === null) return [];
  if (after.kind === 'order') {
    const { merchantId, orderNumber } = after.value;
    return [{ kind: 'hold.expire', subject: `${merchantId}/${orderNumber}` }];
  }
  if (after.kind !== 'supply' || after.value.kind !== 'redeem') return [];
  const [, currency = '', , id = ''] = after.parts;
  const [payeeId = '', redeemId = ''] = id.split('~');
  return [{ kind: 'payout.redeem', subject: `${payeeId}/${currency}/${redeemId}` }];
}

/** Terms decide only until their order has a row of its own, which stands there first whenever both change. */
const byWeight = (one: Sides, other: Sides): number =>
  Number(one.after?.kind === 'order') - Number(other.after?.kind === 'order');

interface Collected {
  readonly put: Map<string, Owed>;
  readonly remove: Map<string, ObligationKey>;
}

function collect({ put, remove }: Collected, sides: Sides, patience: Patience): void {
  const { before, after } = sides;
  const owedBefore = before === null ? [] : owedBy(before, patience);
  for (const key of [...owedBefore, ...metBy(sides)]) {
    put.delete(obligationName(key));
    remove.set(obligationName(key), { kind: key.kind, subject: key.subject });
  }
  for (const owed of after === null ? [] : owedBy(after, patience)) {
    remove.delete(obligationName(owed));
    if (!owedBefore.some((each) => isDeepStrictEqual(each, owed)))
      put.set(obligationName(owed), owed);
  }
}

/**
 * @param spans of the policy in force before the transaction
 * @returns what changes; rows that cannot be read change nothing (`auditMoney` names them)
 */
export function obligationChanges(
  transaction: ChangedRows,
  spans: PolicySpans,
  patience = DEFAULT_PATIENCE,
): ObligationChanges {
  const sides = transaction.changes.flatMap(readSides).sort(byWeight);
  const changed = changedSpans(sides);
  const collected: Collected = { put: new Map(), remove: new Map() };
  for (const each of sides) collect(collected, each, patience);
  const put = [...collected.put.values()].map((owed) => ({
    ...owed,
    dueAt: dueAt(owed, changed ?? spans),
    sinceBlock: transaction.block,
  }));
  return { put, remove: [...collected.remove.values()], spans: changed };
}
