// SPDX-License-Identifier: Apache-2.0
// Reads and writes what will be due.
import { addRows } from '@fabric-offline-pay/node-common/node';
import { sql, type Transaction } from 'kysely';
import type { DueKind, PolicySpan } from '../database/clock-tables.js';
import type { BankTables } from '../database/schema.js';
import { dueAt, type DueThing, type PolicySpans } from './due-of-rows.js';

type Tables = Transaction<BankTables>;

const NO_POLICY: PolicySpans = { unprovenSeconds: 0, decisionSeconds: 0, debtSeconds: 0 };

const SPANS = Object.keys(NO_POLICY) as readonly PolicySpan[];

const ID = 1;

/** Only its shape was written here. */
async function spansOf(db: Tables): Promise<PolicySpans> {
  const row = await db
    .selectFrom('clock_policy')
    .select('spans')
    .where('id', '=', ID)
    .executeTakeFirst();
  return row === undefined ? NO_POLICY : (JSON.parse(row.spans) as PolicySpans);
}

async function setSpans(db: Tables, policy: PolicySpans): Promise<void> {
  const { unprovenSeconds, decisionSeconds, debtSeconds } = policy;
  const spans = JSON.stringify({ unprovenSeconds, decisionSeconds, debtSeconds });
  await db
    .insertInto('clock_policy')
    .values({ id: ID, spans })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ spans }))
    .execute();
  for (const waits of SPANS)
    await db
      .updateTable('due_things')
      .set((set) => ({ due_at: set('since', '+', policy[waits] * 1000), tried_at: null }))
      .where('waits', '=', waits)
      .execute();
}

/** What follows from the rows of blocks, gathered and written together. */
export class DueRows {
  /** By subject. */
  #things = new Map<string, readonly DueThing[]>();
  #replaced = new Set<string>();
  readonly #db: Tables;
  /** When what was written becomes due, milliseconds since 1970. */
  readonly dueAts: number[] = [];

  constructor(db: Tables) {
    this.#db = db;
  }

  /** Replaces all that followed from a row. */
  replace(subject: string, things: readonly DueThing[]): void {
    this.#replaced.add(subject);
    this.#things.set(subject, things);
  }

  /** What is there already stays as it is. */
  add(subject: string, things: readonly DueThing[]): void {
    this.#things.set(subject, [...(this.#things.get(subject) ?? []), ...things]);
  }

  /** The policy has other times: what waits for them is due at another moment. */
  async setSpans(policy: PolicySpans): Promise<void> {
    await this.write();
    await setSpans(this.#db, policy);
  }

  async write(): Promise<void> {
    const [replaced, things] = [[...this.#replaced], [...this.#things]];
    this.#replaced = new Set();
    this.#things = new Map();
    if (replaced.length > 0)
      await sql`
        delete from due_things
        where subject in (select jsonb_array_elements_text(${JSON.stringify(replaced)}::jsonb))
      `.execute(this.#db);
    if (things.every(([, { length }]) => length === 0)) return;
    const spans = await spansOf(this.#db);
    const rows = things.flatMap(([subject, all]) =>
      all.map((thing) => rowOf(subject, thing, spans)),
    );
    await addRows(this.#db, 'due_things', rows, 'key');
    this.dueAts.push(...rows.map(({ due_at }) => due_at));
  }
}

const rowOf = (subject: string, thing: DueThing, spans: PolicySpans) => ({
  kind: thing.kind,
  key: thing.key.join('/'),
  subject,
  payee_id: thing.payeeId ?? null,
  since: thing.since * 1000,
  waits: thing.waits,
  due_at: dueAt(thing, spans),
  tried_at: null,
});

/** One thing whose time has come. */
export interface Due {
  readonly kind: DueKind;
  /** Parts of its key, joined by `/`. */
  readonly key: string;
}

/** When something is looked at again that was tried and is still there: 10 minutes later, then 20, up to a day. */
const AGAIN_MS = 600_000;
const DAY_MS = 86_400_000;
const MOST_DOUBLINGS = 8;

/** @returns when the next thing becomes due, milliseconds since 1970; nothing when none will */
export async function nextDue(db: Tables, now: number): Promise<readonly number[]> {
  const rows = await db
    .selectFrom('due_things')
    .select('due_at')
    .where('due_at', '>', now)
    .orderBy('due_at')
    .limit(1)
    .execute();
  return rows.map(({ due_at }) => due_at);
}

/**
 * Takes what is due, the longest first, and notes that it was tried: should doing it not change its row, it comes again later.
 *
 * Only its own time and the last try decide, and a try of the future counts as none: a clock that was a month ahead for a minute found
 * everything due, and the ledger refused it; what was tried then waits for its own time, not for that of the wrong clock. Machines whose
 * clocks differ by less than the first wait leave each other's tries in force.
 * @param now milliseconds since 1970
 * @param most of one call
 */
export async function takeDue(db: Tables, now: number, most: number): Promise<readonly Due[]> {
  const at = sql.lit(now);
  const { rows } = await sql<Due>`
    update due_things set tries = tries + 1, tried_at = ${at}
    where (kind, key) in (
      select kind, key from due_things
      where due_at <= ${at} and (payee_id is null or payee_id in (select payee_id from own_payees))
        and (tried_at is null or tried_at > ${at} + ${sql.lit(AGAIN_MS)} or tried_at <= ${at}
          - least(${sql.lit(DAY_MS)}, ${sql.lit(AGAIN_MS)} * power(2, least(tries - 1, ${sql.lit(MOST_DOUBLINGS)}))::bigint))
      order by due_at limit ${sql.lit(most)} for update skip locked)
    returning kind, key`.execute(db);
  return rows;
}
