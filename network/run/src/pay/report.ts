// SPDX-License-Identifier: Apache-2.0
// The report of a run, for programs (`--report FILE`) and for people.
import { byCodeUnit, formatAmount, type OutputOf } from '@fabric-offline-pay/domain';
import type { StatisticsSnapshot } from '@fabric-offline-pay/sdk';
import type { Activity } from '@fabric-offline-pay/bank-node';
import type { LoadedInput } from '../input/load-input.js';
import type { InputProblem } from '../input/problem.js';
import { INPUT_NAMES, type InputName } from '../input/row-definitions.js';
import { adviceFor } from './advice.js';
import type { OpenBook } from './close-books.js';
import type { Shown } from './look-at-accounts.js';
import type { Enrolment, Enrolments, FailedRow } from './enrolment.js';
import type { OfflineOutcome } from './offline-payments.js';
import type { FirstOutcome, OrderOutcome } from './outcome.js';
import type { OutsideFigures } from './outside-world.js';
import type { Reconciled } from './reconcile-today.js';

/** Amounts are minor units as decimal strings. `redeemed` and `issued` are the totals since the ledger's start. */
export interface MoneyReport {
  readonly issued: string;
  readonly redeemed: string;
  readonly onLedger: string;
}

/** The results of one file's rows. Each row is counted once. */
export interface FileReport {
  readonly file: string;
  readonly rows: number;
  /** Rows that did all their steps, and records that were read. */
  readonly done: number;
  /** Refused by a rule before money was held. */
  readonly refused: number;
  /** Rows with a step that failed after money was held. */
  readonly failed: number;
  /** Rows where something did not answer. The next run continues them. */
  readonly unfinished: number;
  /** Rows with a problem, which were not sent. */
  readonly leftOut: number;
  /** The number of all problems; {@link PayReport.problems} has the first ones. */
  readonly problems: number;
}

/** One row of orders.csv. */
export interface OrderReport
  extends
    FirstOutcome,
    Pick<
      OrderOutcome,
      'line' | 'merchantId' | 'orderNumber' | 'step' | 'units' | 'isOver' | 'ledger'
    > {
  /** What to do about the failure; null when there is nothing to do. */
  readonly advice: string | null;
  /** How a replayed row ended before. */
  readonly first?: FirstOutcome;
}

export interface PayReport {
  readonly orders: { readonly total: number; readonly byState: Readonly<Record<string, number>> };
  /** By the names of the options; only named files. */
  readonly files: Readonly<Partial<Record<InputName, FileReport>>>;
  /** Written receipts by unit; refusals write none. */
  readonly units: Readonly<Record<string, number>>;
  /** Why `units` may be incomplete, or null. */
  readonly uncounted: string | null;
  readonly refusals: Readonly<Record<string, number>>;
  readonly money: Readonly<Record<string, MoneyReport>>;
  readonly transactions: {
    readonly submitted: number;
    readonly conflictsRetried: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
  };
  readonly durationMs: number;
  /** Rows of merchants, goods, couriers and customers that were not enrolled. */
  readonly notEnrolled: readonly FailedRow[];
  /** One entry per row of orders.csv, in file order. */
  readonly outcomes: readonly OrderReport[];
  /** What the bank's node did during the run, counted; null when it could not be asked. */
  readonly bank: Activity | null;
  /** What hosts and message centre did during the run, counted by themselves; null where there are none, or when they did not answer. */
  readonly outside: OutsideFigures | null;
  /** Ledger, book and hosts at the end of the run; null when nobody compared them. */
  readonly reconciliation: Reconciled | null;
  /** What customers were shown of their own records (units 17 and 20); null when nobody asked. */
  readonly customers: Shown | null;
  /** Payments without a network. */
  readonly offline: {
    readonly byState: Readonly<Record<string, number>>;
    /** Payments whose receipt the device has stored. */
    readonly receipts: number;
    /** One entry per row of offline-payments.csv, in file order. */
    readonly outcomes: readonly OfflineOutcome[];
  };
  /** Failed steps of the day's close. The money stays where it is, and the next run tries again. */
  readonly open: readonly OpenBook[];
  /** The first {@link MOST_PROBLEMS} of each file. */
  readonly problems: readonly InputProblem[];
}

/** Nobody corrects more problems of a file from a report. `offpay check` shows all. */
export const MOST_PROBLEMS = 1000;

function count(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => byCodeUnit(a, b)));
}

export interface ReportParts {
  readonly input: LoadedInput;
  readonly enrolled: Enrolments;
  readonly outcomes: readonly OrderOutcome[];
  readonly offline: readonly OfflineOutcome[];
  readonly open: readonly OpenBook[];
  readonly units: Readonly<Record<string, number>>;
  readonly uncounted: string | null;
  readonly totals: OutputOf<'settlement', 'totals'>;
  readonly statistics: StatisticsSnapshot;
  readonly activity: Activity | null;
  readonly outside: OutsideFigures | null;
  readonly reconciliation: Reconciled | null;
  readonly shown: Shown | null;
  readonly durationMs: number;
}

/** The result of one row, for the counts of {@link FileReport}. */
type Ending = 'done' | 'refused' | 'failed' | 'unfinished';

const firstEnding = ({ state, refusal }: FirstOutcome): Ending => {
  if (refusal === null) return 'done';
  return state === 'refused' ? 'refused' : 'failed';
};

const orderEnding = (row: Pick<OrderOutcome, 'first' | 'state' | 'refusal' | 'isOver'>): Ending =>
  row.isOver ? firstEnding(row.first ?? row) : 'unfinished';

const OFFLINE_ENDINGS: Readonly<Record<OfflineOutcome['state'], Ending>> = {
  settled: 'done',
  refused: 'refused',
  refusedOffline: 'refused',
  waiting: 'unfinished',
  unfinished: 'unfinished',
};

const enrolledEndings = ({ done, failed }: Enrolment): Ending[] => [
  ...new Array<Ending>(done).fill('done'),
  ...failed.map(({ isRefusal }): Ending => (isRefusal ? 'refused' : 'unfinished')),
];

const endingsOf = ({
  input,
  enrolled,
  outcomes,
  offline,
}: ReportParts): Readonly<Record<InputName, readonly Ending[]>> => ({
  merchants: enrolledEndings(enrolled.merchants),
  goods: enrolledEndings(enrolled.goods),
  couriers: enrolledEndings(enrolled.couriers),
  customers: enrolledEndings(enrolled.customers),
  orders: outcomes.map(orderEnding),
  merchantOrders: input.merchantOrders.map(() => 'done'),
  waybills: input.waybills.map(() => 'done'),
  offlinePayments: offline.map(({ state }) => OFFLINE_ENDINGS[state]),
});

function fileReport(
  file: string,
  endings: readonly Ending[],
  problems: readonly InputProblem[],
): FileReport {
  const leftOut = new Set(problems.map(({ line }) => line)).size;
  const counts = { done: 0, refused: 0, failed: 0, unfinished: 0 };
  for (const ending of endings) counts[ending] += 1;
  const rows = endings.length + leftOut;
  return { file, rows, ...counts, leftOut, problems: problems.length };
}

/** The problems of each file. Two options may name the same file. */
function problemsByFile(problems: readonly InputProblem[]): Map<string, InputProblem[]> {
  const files = new Map<string, InputProblem[]>();
  for (const problem of problems) {
    const known = files.get(problem.file);
    if (known === undefined) files.set(problem.file, [problem]);
    else known.push(problem);
  }
  return files;
}

function fileReports(parts: ReportParts, problems: ReadonlyMap<string, readonly InputProblem[]>) {
  const endings = endingsOf(parts);
  const reports = INPUT_NAMES.flatMap((name) => {
    const file = parts.input.paths[name];
    if (file === undefined) return [];
    return [[name, fileReport(file, endings[name], problems.get(file) ?? [])] as const];
  });
  return Object.fromEntries(reports);
}

const orderReport = ({ first, state, ledger, refusal, ...rest }: OrderOutcome): OrderReport => {
  const { line, merchantId, orderNumber, step, units, isOver } = rest;
  const advice = refusal === null || state === 'refused' ? null : adviceFor(isOver, ledger);
  return {
    line,
    merchantId,
    orderNumber,
    state,
    refusal,
    step,
    units,
    isOver,
    ledger,
    advice,
    ...(first !== undefined && { first }),
  };
};

export function payReport(parts: ReportParts): PayReport {
  const { input, enrolled, outcomes, offline, units, uncounted, open, totals, statistics } = parts;
  const money = Object.entries(totals.currencies).map(
    ([code, { issued, redeemed, onLedger }]) => [code, { issued, redeemed, onLedger }] as const,
  );
  const problems = problemsByFile(input.problems);
  return {
    orders: { total: outcomes.length, byState: count(outcomes.map((outcome) => outcome.state)) },
    files: fileReports(parts, problems),
    units,
    uncounted,
    refusals: count(outcomes.flatMap((outcome) => outcome.refusal ?? [])),
    money: Object.fromEntries(money),
    transactions: {
      submitted: statistics.submitted,
      conflictsRetried: statistics.conflictsRetried,
      p50Ms: Math.round(statistics.latencies.p50),
      p99Ms: Math.round(statistics.latencies.p99),
    },
    durationMs: Math.round(parts.durationMs),
    notEnrolled: Object.values(enrolled).flatMap(({ failed }) => failed),
    outcomes: outcomes.map(orderReport),
    bank: parts.activity,
    outside: parts.outside,
    reconciliation: parts.reconciliation,
    customers: parts.shown,
    offline: {
      byState: count(offline.map(({ state }) => state)),
      receipts: offline.filter(({ receipt }) => receipt).length,
      outcomes: offline,
    },
    open,
    problems: [...problems.values()].flatMap((of) => of.slice(0, MOST_PROBLEMS)),
  };
}

const counts = (entries: Readonly<Record<string, number>>): string =>
  Object.entries(entries)
    .map(([name, number]) => `${name} ${number.toString()}`)
    .join('  ') || 'none';

const moneyLine = ([currency, { issued, redeemed, onLedger }]: [string, MoneyReport]): string => {
  const balanced = BigInt(issued) - BigInt(redeemed) === BigInt(onLedger) ? '' : '   NOT BALANCED';
  return `  ${currency}  issued ${formatAmount(issued, currency)} − redeemed ${formatAmount(redeemed, currency)} = on the ledger ${formatAmount(onLedger, currency)}${balanced}`;
};

/** How many entries of one kind a person sees. The report as JSON has all. */
const MOST_TOLD = 20;

/** A heading, a line for each of the first entries, and the number of the others. Empty when there are none. */
function listed<Entry>(
  heading: string,
  entries: readonly Entry[],
  lineOf: (entry: Entry) => string,
): string[] {
  if (entries.length === 0) return [];
  const left = entries.length - MOST_TOLD;
  const more = left > 0 ? [`  and ${left.toString()} more (--report FILE has all)`] : [];
  return [heading, ...entries.slice(0, MOST_TOLD).map((entry) => `  ${lineOf(entry)}`), ...more];
}

const rowName = ({ line, merchantId, orderNumber }: OrderReport | OfflineOutcome): string =>
  `line ${line.toString()}: ${merchantId}/${orderNumber}`;

const placeOf = ({ step, units }: OrderReport): string => {
  const names = units.length === 0 ? '' : `, unit ${units.join(' ')}`;
  return step === null ? '' : ` (${step}${names})`;
};

const refusedLine = (row: OrderReport): string =>
  `${rowName(row)}: ${row.refusal ?? ''}${placeOf(row)}`;

const failedLine = (row: OrderReport): string =>
  `${rowName(row)} is ${row.ledger ?? row.state}, then failed with ${row.refusal ?? ''}${placeOf(row)}. ${row.advice ?? ''} Its steps: offpay trail ${row.merchantId}/${row.orderNumber}`;

const notEnrolledLine = ({ file, line, code }: FailedRow): string =>
  `${file}:${line.toString()}: ${code}`;

const offlineLine = (row: OfflineOutcome): string =>
  `${rowName(row)} is ${row.state}: ${row.untold ?? row.reason ?? ''}`;

const openLine = ({ step, of, code }: OpenBook): string => `${step} of ${of}: ${code}`;

const isUnsettled = ({ state, untold }: OfflineOutcome): boolean =>
  OFFLINE_ENDINGS[state] === 'unfinished' || untold !== null;

/** The rows that did not end as planned, by kind. */
function failureLines({ outcomes, notEnrolled, offline, open }: PayReport): string[] {
  const of = (ending: Ending) =>
    outcomes.filter((row) => row.refusal !== null && orderEnding(row) === ending);
  return [
    ...listed('Not enrolled', notEnrolled, notEnrolledLine),
    ...listed('Refused before money was held', of('refused'), refusedLine),
    ...listed('Failed after money was held', of('failed'), failedLine),
    ...listed('Unfinished: run the same files again', of('unfinished'), refusedLine),
    ...listed('Offline payments to run again', offline.outcomes.filter(isUnsettled), offlineLine),
    ...listed('Left open at the close; the next run tries again', open, openLine),
  ];
}

const endedText = ({ state, refusal }: FirstOutcome): string =>
  refusal === null ? state : `${state} (${refusal})`;

/** Replayed rows, by how they ended before. */
function replayedLines({ outcomes }: PayReport): string[] {
  const first = outcomes.flatMap((row) => (row.first === undefined ? [] : [endedText(row.first)]));
  return first.length === 0 ? [] : [`Replayed  ended before: ${counts(count(first))}`];
}

function reconciliationLine({ reconciliation }: PayReport): string {
  if (reconciliation === null) return 'Agreement not compared';
  const { day, ledgerBook, bookHost, underWay } = reconciliation;
  const differences = ledgerBook + bookHost;
  const found = counts({ 'ledger and book': ledgerBook, 'book and hosts': bookHost });
  return `Agreement ${day}: ${differences === 0 ? 'ledger, book and hosts agree to the unit' : `DIFFERENCES: ${found}`}${underWay === 0 ? '' : `; under way ${underWay.toString()}`}`;
}

/** The report as lines for a person. */
export function reportLines(report: PayReport): string[] {
  const { transactions } = report;
  return [
    `Orders    ${report.orders.total.toString()}: ${counts(report.orders.byState)}`,
    `Offline   ${counts(report.offline.byState)}; ${report.offline.receipts.toString()} receipts kept`,
    `Units     ${counts(report.units)}`,
    `Bank      ${report.bank === null ? 'not counted' : counts({ ...report.bank })}`,
    `Hosts     ${report.outside === null ? 'none' : counts({ ...report.outside })}`,
    `Customers ${report.customers === null ? 'did not look' : counts({ ...report.customers })}`,
    `Refusals  ${counts(report.refusals)}`,
    `Latency   p50 ${transactions.p50Ms.toString()} ms, p99 ${transactions.p99Ms.toString()} ms; ${transactions.submitted.toString()} transactions, ${transactions.conflictsRetried.toString()} conflicts retried; ${(report.durationMs / 1000).toFixed(1)} s`,
    ...replayedLines(report),
    ...failureLines(report),
    reconciliationLine(report),
    'Money',
    ...Object.entries(report.money).map(moneyLine),
  ];
}
