// SPDX-License-Identifier: Apache-2.0
// What statements of backing expose: what they say otherwise than the ledger, a second one of a day, and a bank that states nothing.
import { MOST_EXPOSED, type ExposedFinding, type Exposing } from '../confirmations/exposed.js';
import { theRow } from '../confirmations/ledger-rows.js';
import type { AuditorDatabase } from '../database/schema.js';
import { figuresOf, type MoneyTotals } from '../money/index.js';

const DAY = 86_400;

/** From the beginning of a stated day on: the next day's statement is made within that day. */
const STATED_AGAIN_SECONDS = 2 * DAY;

const secondsOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 1_000;

const dayText = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(0, 10);

async function differing({ db }: Exposing): Promise<ExposedFinding[]> {
  const rows = await db
    .selectFrom('backing_differences as difference')
    .innerJoin('backing_statements as statement', 'statement.digest', 'difference.digest')
    .select(['statement.bank_id', 'statement.day', 'statement.block', 'statement.digest'])
    .select(['difference.rule', 'difference.currency', 'difference.expected', 'difference.found'])
    .orderBy('statement.block', 'desc')
    .orderBy('statement.digest')
    .orderBy('difference.rule')
    .orderBy('difference.currency')
    .limit(MOST_EXPOSED)
    .execute();
  return rows.map(({ bank_id, day, block, digest, rule, currency, expected, found }) => ({
    ...{ rule: `backing.${rule}`, block, place: null, transactionId: '' },
    subject: [bank_id, day, ...(currency === '' ? [] : [currency]), digest].join('/'),
    ...{ expected, found },
  }));
}

async function statedTwice({ db }: Exposing): Promise<ExposedFinding[]> {
  const rows = await db
    .selectFrom('backing_statements')
    .select(({ fn }) => [
      ...(['bank_id', 'day'] as const),
      ...[fn.max('block').as('block'), fn.count<number>('digest').as('count')],
    ])
    .groupBy(['bank_id', 'day'])
    .having(({ fn }) => fn.count('digest'), '>', 1)
    .orderBy('day', 'desc')
    .orderBy('bank_id')
    .limit(MOST_EXPOSED)
    .execute();
  return rows.map(({ bank_id, day, block, count }) => ({
    ...{ rule: 'backing.single', block, place: null, transactionId: '' },
    subject: `${bank_id}/${day}`,
    ...{ expected: 'one statement of the day', found: `${count.toString()} of them` },
  }));
}

/** Banks that have made more than they took back, or the other way round. */
async function banksWithSupply(db: AuditorDatabase): Promise<ReadonlySet<string>> {
  const state = await db.selectFrom('audit_state').select('money').executeTakeFirst();
  if (state === undefined) return new Set();
  const figures = figuresOf(JSON.parse(state.money) as MoneyTotals);
  return new Set(
    figures.filter(({ part }) => part === 'made' || part === 'takenBack').map(({ bank }) => bank),
  );
}

/** Seconds since 1970: the first call, before which nobody had money. */
async function beginning({ db, chaincode }: Exposing): Promise<number | undefined> {
  const row = await db
    .selectFrom('audited_transactions')
    .select(({ fn }) => fn.min<number | null>('at').as('at'))
    .where('chaincode', '=', chaincode)
    .where('noted', '=', 0)
    .executeTakeFirst();
  return row?.at == null ? undefined : Math.floor(row.at / 1_000);
}

interface LastStated {
  readonly day: string;
  readonly block: number;
}

/** The newest day that has begun of which each bank stated something in its own name, about a block that there is. */
async function lastStated({ db, at }: Exposing): Promise<ReadonlyMap<string, LastStated>> {
  const rows = await db
    .selectFrom('backing_statements as statement')
    .distinctOn('statement.bank_id')
    .select(['statement.bank_id', 'statement.day', 'statement.block'])
    .where('statement.state', '<>', 'waits')
    .where('statement.day', '<=', dayText(at))
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('backing_differences as difference')
            .select('difference.digest')
            .whereRef('difference.digest', '=', 'statement.digest')
            .where('difference.rule', 'in', ['signature', 'height']),
        ),
      ),
    )
    .orderBy('statement.bank_id')
    .orderBy('statement.day', 'desc')
    .execute();
  return new Map(rows.map(({ bank_id, day, block }) => [bank_id, { day, block }]));
}

/** Overdue as long as it lasts, and told once: what is found says since when, and not for how long. */
async function statingNothing(exposing: Exposing): Promise<ExposedFinding[]> {
  const { db, chaincode, at } = exposing;
  const registry = await theRow(db, chaincode, 'registry');
  const [supplied, stated] = [await banksWithSupply(db), await lastStated(exposing)];
  const begun = await beginning(exposing);
  const banks = (registry?.participants ?? []).filter(({ role }) => role === 'bank');
  return banks.flatMap(({ actor }): ExposedFinding[] => {
    const last = stated.get(actor);
    const since = last === undefined ? begun : secondsOf(last.day);
    if (!supplied.has(actor) || since === undefined || at <= since + STATED_AGAIN_SECONDS)
      return [];
    return [
      {
        ...{ rule: 'backing.missing', block: last?.block ?? 0, place: null, transactionId: '' },
        subject: actor,
        expected: `a statement by the end of ${dayText(since + DAY)}, and of each day after it`,
        found: last === undefined ? 'none ever' : `none after that of ${last.day}`,
      },
    ];
  });
}

/** @returns what statements of backing expose by this time */
export const exposedByStatements = async (exposing: Exposing): Promise<ExposedFinding[]> => [
  ...(await differing(exposing)),
  ...(await statedTwice(exposing)),
  ...(await statingNothing(exposing)),
];
