// SPDX-License-Identifier: Apache-2.0
// The second line: conservation of money from write sets alone, with an arithmetic that shares no code with chaincode and
// domain. It believes neither their sums nor their checks.
import type { Finding, Place, RuleName } from '../findings/finding.js';
import type { ChangedRows, RowChange } from '../rows/changed-rows.js';
import { isRow, kindOf, readRow, type NoRow, type Row } from '../rows/read-row.js';
import { holdingsOf, holdsMoney, PARTS, SUPPLY_KINDS } from './holdings.js';
import { changedForEver, isLasting } from './lasting-fields.js';
import {
  totalsByCurrency,
  withFlows,
  NO_MONEY,
  type Flow,
  type MoneyTotals,
} from './money-totals.js';
import { brokenIn } from './sound-rows.js';

/** The totals after something was read, and what was found in it. */
export interface MoneyAudit {
  readonly totals: MoneyTotals;
  readonly findings: readonly Finding[];
}

interface Problem {
  readonly rule: RuleName;
  readonly subject: string;
  readonly expected: string;
  readonly found: string;
}

/** A change as far as it could be read: null where there is no row, and where it is none. */
interface ReadChange {
  readonly key: string;
  readonly before: Row | null;
  readonly after: Row | null;
  /** Why what stands there now is no row. */
  readonly wrong: NoRow | undefined;
}

const NO_ROW = { row: null, wrong: undefined };

function readSide(key: string, bytes: Uint8Array | null) {
  if (bytes === null || bytes.length === 0) return NO_ROW;
  const read = readRow(key, bytes);
  return isRow(read) ? { row: read, wrong: undefined } : { row: null, wrong: read };
}

/** A row that holds no money and keeps nothing is judged as it is: what stood there before is not read. */
function readBefore(key: string, before: Uint8Array | null): Row | null {
  const kind = kindOf(key);
  const isJudged = kind !== undefined && (holdsMoney(kind) || isLasting(kind));
  return isJudged ? readSide(key, before).row : null;
}

function readChange({ key, before, after }: RowChange): ReadChange {
  const { row, wrong } = readSide(key, after);
  return { key, before: readBefore(key, before), after: row, wrong };
}

/** The longest key in a finding. */
const LONGEST_KEY = 300;

/** @returns a key without what does not belong into a report */
const shownKey = (key: string): string =>
  key.replaceAll(/[^A-Za-z0-9._~/-]/g, '?').slice(0, LONGEST_KEY);

/** What stands under the key now is a row, and is sound. */
function judgeRow({ key, after, wrong }: ReadChange): Problem[] {
  const subject = shownKey(key);
  if (wrong !== undefined) return [{ ...wrong, subject }];
  if (after === null) return [];
  return brokenIn(after).map((expected) => ({
    ...({ rule: 'money.sound', subject, expected } as const),
    found: 'something else',
  }));
}

function judgeLasting({ key, before, after }: ReadChange): Problem[] {
  if (before === null || after === null || after.kind === 'supply') return [];
  return changedForEver(before, after).map((field) => ({
    ...({ rule: 'money.lasting', subject: shownKey(key) } as const),
    expected: `${field} stays, or rises if it is a sum`,
    found: 'another value',
  }));
}

/** @param wasThere whether something stood under the key before, whatever it was */
function judgeSupply(wasThere: boolean, { key, after }: ReadChange): Problem[] {
  if (kindOf(key) !== 'supply' || !wasThere) return [];
  return [
    {
      ...({ rule: 'money.supplyRow', subject: shownKey(key) } as const),
      expected: 'a row of supply stays as it was written',
      found: after === null ? 'it was removed' : 'it was written again',
    },
  ];
}

/** The row of whoever got or lost the money changes with the row of supply, which bears the time of its transaction. */
function judgeOccasion(change: ReadChange, { at, changes }: ChangedRows): Problem[] {
  const { key, before, after } = change;
  if (after?.kind !== 'supply' || before !== null) return [];
  const { kind, account, currency } = after.value;
  const { holder } = SUPPLY_KINDS[kind];
  const holders = {
    account,
    credit: `${account}/${currency}/`,
    checkpoint: `${account}/${currency}`,
  };
  const start = holder === null ? '' : `${holder}/${holders[holder]}`;
  const isThere = changes.some((other) =>
    holder === 'credit' ? other.key.startsWith(start) : other.key === start,
  );
  const subject = shownKey(key);
  return [
    ...(holder === null || isThere
      ? []
      : [
          {
            ...({ rule: 'money.supplyRow', subject } as const),
            expected: `the ${holder} that it names changes with it`,
            found: 'no such change',
          },
        ]),
    ...(after.value.at === Math.floor(at / 1000)
      ? []
      : [
          {
            ...({ rule: 'money.supplyRow', subject } as const),
            expected: 'the time of its transaction',
            found: 'another time',
          },
        ]),
  ];
}

const flowsOf = ({ before, after }: ReadChange): Flow[] => [
  ...(before === null
    ? []
    : holdingsOf(before).map((each) => ({ ...each, direction: -1n as const }))),
  ...(after === null ? [] : holdingsOf(after).map((each) => ({ ...each, direction: 1n as const }))),
];

/** @returns what the flows make out of nothing (above zero) or lose, by what they are about */
function madeBy(flows: readonly Flow[], aboutOf: (flow: Flow) => string): [string, bigint][] {
  const sums = new Map<string, bigint>();
  for (const flow of flows) {
    const about = aboutOf(flow);
    sums.set(about, (sums.get(about) ?? 0n) + PARTS[flow.part] * flow.direction * flow.units);
  }
  return [...sums].filter(([, units]) => units !== 0n);
}

const inWords = (units: bigint): string =>
  units > 0n ? `${units} minor units out of nothing` : `${-units} minor units less`;

const conservation = (
  rule: RuleName,
  subject: string,
  expected: string,
  units: bigint,
): Problem => ({
  ...{ rule, subject, expected },
  found: inWords(units),
});

/** Payees alone have money of several banks. */
const touchesPayee = ({ key }: RowChange): boolean =>
  ['credit', 'checkpoint'].includes(kindOf(key) ?? '');

function judgeFlows(flows: readonly Flow[], { changes }: ChangedRows): Problem[] {
  const made = madeBy(flows, ({ currency }) => currency);
  const problems = made.map(([currency, units]) =>
    conservation('money.conservation', currency, 'as much money as before', units),
  );
  if (made.length > 0 || changes.some(touchesPayee)) return problems;
  return madeBy(flows, ({ currency, bank }) => `${currency} of ${bank ?? ''}`).map(
    ([about, units]) => conservation('money.bank', about, 'money stays with its bank', units),
  );
}

/**
 * Judges one valid transaction by the public rows that it changed.
 *
 * Whatever the rows are, it answers; what cannot be read holds no money, before and after, so that its money is missing from the
 * transaction that spoiled it and comes back with the one that mends it. That money went to whom it should is not judged here: replay
 * does that.
 * @param totals after the transaction before, see {@link MoneyTotals}
 * @returns the totals after it, and findings of the rules `money.*` but `money.supply`
 */
export function auditMoney(totals: MoneyTotals, transaction: ChangedRows): MoneyAudit {
  const { block, index, transactionId, changes } = transaction;
  const read = changes.map(readChange);
  const flows = read.flatMap(flowsOf);
  const problems = [
    ...read.flatMap(judgeRow),
    ...read.flatMap(judgeLasting),
    ...read.flatMap((change, at) => judgeSupply((changes[at]?.before ?? null) !== null, change)),
    ...read.flatMap((change) => judgeOccasion(change, transaction)),
    ...judgeFlows(flows, transaction),
  ];
  const findings = problems.map((problem) => ({ block, index, transactionId, ...problem }));
  return { totals: withFlows(totals, flows), findings };
}

/**
 * Compares, after a block, what banks made less what they took back with all money that is there. A difference is told once, in the
 * block in which it changed.
 */
export function auditTotals(totals: MoneyTotals, block: Place['block']): MoneyAudit {
  const findings: Finding[] = [];
  const told: Record<string, string> = {};
  for (const [currency, { made, takenBack, onLedger }] of totalsByCurrency(totals)) {
    const missing = (made - takenBack - onLedger).toString();
    if (missing !== '0') told[currency] = missing;
    if (missing === '0' || missing === totals.told[currency]) continue;
    findings.push({
      ...({ block, rule: 'money.supply', subject: currency } as const),
      expected: `${made - takenBack} minor units`,
      found: `${onLedger} minor units`,
    });
  }
  return { totals: { ...totals, told }, findings };
}

/** Rows of a state, with their bytes. */
type Rows = Iterable<{ readonly key: string; readonly value: Uint8Array }>;

function* cameWith(rows: Rows): Generator<Flow> {
  for (const { key, value } of rows) {
    const row = readRow(key, value);
    if (!isRow(row)) continue;
    for (const holding of holdingsOf(row)) yield { ...holding, direction: 1n };
  }
}

/**
 * Sums a whole state anew. An auditor compares it with its running totals, so that a fault of its own tables is found too.
 * @param rows every public row of the chaincode, with its bytes
 */
export const totalsOf = (rows: Rows): MoneyTotals => withFlows(NO_MONEY, cameWith(rows));
