// SPDX-License-Identifier: Apache-2.0
// Reads and writes the rows of deductions, and of what became of them.
import type { Selectable } from 'kysely';
import type { MovementKind } from '../core-banking/core-banking.js';
import type { BankDatabase } from '../database/schema.js';
import {
  OPEN_MOVE_STATES,
  type FundingLegTable,
  type FundingMoveTable,
  type LegState,
  type MoveKind,
  type MoveState,
} from '../database/funding-tables.js';
import { Overtaken } from './funding-context.js';
import { moveKey, requestKey, withdrawIdOf, type FundingKey } from './keys.js';
import { inOrder, type Leg, type PlannedMove } from './plan.js';
import { columnsOf, keyOf } from './store.js';

export type FundingMove = Selectable<FundingMoveTable>;

export const isOpen = ({ state }: Pick<FundingMove, 'state'>): boolean =>
  OPEN_MOVE_STATES.some((open) => open === state);

/** @throws {Overtaken} when the row is not as it was read */
function changed<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Overtaken();
  return row;
}

export const legsOf = (
  db: BankDatabase,
  { merchantId, orderNumber, customerId }: FundingKey,
): Promise<FundingLegTable[]> =>
  db
    .selectFrom('funding_legs')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .where('customer_id', '=', customerId)
    .orderBy('leg')
    .execute();

/** @returns the number of an order's next deduction, whoever asks. @param db a transaction that has locked the funding */
export async function nextLeg(
  db: BankDatabase,
  { merchantId, orderNumber }: FundingKey,
): Promise<number> {
  const { last } = await db
    .selectFrom('funding_legs')
    .select(({ fn }) => fn.max<number | null>('leg').as('last'))
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .executeTakeFirstOrThrow();
  return (last ?? 0) + 1;
}

export async function addLeg(
  db: BankDatabase,
  key: FundingKey,
  leg: Pick<FundingLegTable, 'leg' | 'token' | 'amount'>,
): Promise<FundingLegTable> {
  return db
    .insertInto('funding_legs')
    .values({ ...columnsOf(key), ...leg, state: 'planned' })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** @returns the row as it stands then. @throws {Overtaken} when another run has changed its state */
export async function setLegState(
  db: BankDatabase,
  { merchant_id, order_number, leg, state: before }: FundingLegTable,
  state: LegState,
): Promise<FundingLegTable> {
  const row = await db
    .updateTable('funding_legs')
    .set({ state })
    .where('merchant_id', '=', merchant_id)
    .where('order_number', '=', order_number)
    .where('leg', '=', leg)
    .where('state', '=', before)
    .returningAll()
    .executeTakeFirst();
  return changed(row);
}

/** @returns what was planned of an order's deductions, in the order in which it is carried out */
export async function movesOf(
  db: BankDatabase,
  { merchantId, orderNumber, customerId }: FundingKey,
): Promise<FundingMove[]> {
  const rows = await db
    .selectFrom('funding_moves')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .where('customer_id', '=', customerId)
    .execute();
  return inOrder(rows);
}

/** A part, with how the host is asked for it. */
export type AskedMove = FundingMove & {
  readonly hostKind: MoveKind;
  /** Whether a request for it stands, with an answer or without. */
  readonly isAsked: boolean;
};

const hostKeyOf = ({ leg, kind, number, host_key, state, ...row }: FundingMove): string =>
  host_key ??
  requestKey({ ...keyOf(row), leg, kind, number }, { isKept: state === 'keeping', attempt: 1 });

const isGivenBack = (kind: MovementKind | undefined): kind is 'release' | 'refund' =>
  kind === 'release' || kind === 'refund';

/**
 * While the port chose by itself, a host released what was to be refunded as long as so much was reserved, and refunded what was to be
 * released when less was: the requests that stand say what was done.
 * @returns the parts, each with how the host was asked for it, or is to be
 */
export async function withHostKinds(
  db: BankDatabase,
  moves: readonly FundingMove[],
): Promise<AskedMove[]> {
  if (moves.length === 0) return [];
  const rows = await db
    .selectFrom('host_requests')
    .select(['request_key', 'kind'])
    .where('request_key', 'in', moves.map(hostKeyOf))
    .where('state', '!=', 'refused')
    .execute();
  const kinds = new Map(rows.map(({ request_key, kind }) => [request_key, kind]));
  return moves.map((move) => {
    const asked = kinds.get(hostKeyOf(move));
    const hostKind = isGivenBack(asked) ? asked : move.kind;
    return { ...move, hostKind, isAsked: asked !== undefined };
  });
}

const nextNumber = (
  known: readonly FundingMove[],
  { leg, kind }: Pick<PlannedMove, 'leg' | 'kind'>,
): number => known.filter((move) => move.leg === leg && move.kind === kind).length + 1;

/** @param db a transaction that has locked the funding: what is planned depends on what was planned before */
export async function addMoves(
  db: BankDatabase,
  key: FundingKey,
  moves: readonly PlannedMove[],
): Promise<void> {
  const known = await movesOf(db, key);
  const rows = moves.map(({ leg, kind, amount }) => ({
    ...columnsOf(key),
    leg,
    kind,
    number: nextNumber(known, { leg, kind }),
    amount: amount.toString(),
    state: 'planned' as const,
  }));
  if (rows.length > 0) await db.insertInto('funding_moves').values(rows).execute();
}

/** @returns the ledger's id of the withdrawal by which a part left it: its own, unless it is the rest of another part */
async function withdrawalOf(db: BankDatabase, { leg, kind, number, ...row }: FundingMove) {
  const { merchantId, orderNumber } = keyOf(row);
  const known = await db
    .selectFrom('funding_ids')
    .select('supply_id')
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .where('leg', '=', leg)
    .where('move_kind', '=', kind)
    .where('number', '=', number)
    .executeTakeFirst();
  return known?.supply_id ?? withdrawIdOf({ merchantId, orderNumber, leg, kind, number });
}

/**
 * What of a part goes back the other way becomes a part of its own, which left the ledger already: under the id of the first.
 * @param db a transaction that has locked the funding
 */
export async function addRest(
  db: BankDatabase,
  first: FundingMove,
  { leg, kind, amount }: PlannedMove,
): Promise<void> {
  const key = keyOf(first);
  const number = nextNumber(await movesOf(db, key), { leg, kind });
  const { merchant_id, order_number } = first;
  const part = { leg, kind, number };
  await db
    .insertInto('funding_moves')
    .values({ ...columnsOf(key), ...part, amount: amount.toString(), state: first.state })
    .execute();
  await db
    .insertInto('funding_ids')
    .values({
      ...{ book_key: moveKey({ ...key, ...part }), merchant_id, order_number, leg, number },
      ...{ move_kind: kind, supply_kind: 'withdraw', supply_id: await withdrawalOf(db, first) },
    })
    .execute();
}

/** What the host reserved for a deduction goes back, and nothing leaves the ledger before: nothing came onto it. */
export async function addUndoing(db: BankDatabase, row: FundingLegTable): Promise<void> {
  const undoing = { ...columnsOf(keyOf(row)), leg: row.leg, kind: 'release', number: 1 } as const;
  await db
    .insertInto('funding_moves')
    .values({ ...undoing, amount: row.amount, state: 'withdrawn' })
    .execute();
}

/** @returns the row as it stands then. @throws {Overtaken} when another run has changed its state */
export async function setMoveState(
  db: BankDatabase,
  { state: before, ...move }: FundingMove,
  state: MoveState,
): Promise<FundingMove> {
  const row = await db
    .updateTable('funding_moves')
    .set({ state })
    .where('merchant_id', '=', move.merchant_id)
    .where('order_number', '=', move.order_number)
    .where('leg', '=', move.leg)
    .where('kind', '=', move.kind)
    .where('number', '=', move.number)
    .where('state', '=', before)
    .returningAll()
    .executeTakeFirst();
  return changed(row);
}

/**
 * It was refused: it is asked for under another key, and as much as the amount says.
 * @returns the row as it stands then. @throws {Overtaken} when another run has noted that
 */
export async function nextAttempt(
  db: BankDatabase,
  { attempt, state, ...move }: FundingMove,
  { hostKey, amount }: { readonly hostKey: string; readonly amount: string },
): Promise<FundingMove> {
  const row = await db
    .updateTable('funding_moves')
    .set({ attempt: attempt + 1, host_key: hostKey, amount })
    .where('merchant_id', '=', move.merchant_id)
    .where('order_number', '=', move.order_number)
    .where('leg', '=', move.leg)
    .where('kind', '=', move.kind)
    .where('number', '=', move.number)
    .where('state', '=', state)
    .where('attempt', '=', attempt)
    .returningAll()
    .executeTakeFirst();
  return changed(row);
}

/** The issued deductions of an order, with what was planned of each. */
export function toLegs(
  legs: readonly FundingLegTable[],
  moves: readonly Pick<AskedMove, 'leg' | 'hostKind' | 'amount'>[],
): Leg[] {
  const planned = (leg: number, kind: MoveKind): bigint =>
    moves
      .filter((move) => move.leg === leg && move.hostKind === kind)
      .reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  return legs
    .filter(({ state }) => state === 'issued')
    .map(({ leg, amount }) => ({
      leg,
      amount: BigInt(amount),
      complete: planned(leg, 'complete'),
      release: planned(leg, 'release'),
      refund: planned(leg, 'refund'),
    }));
}
