// SPDX-License-Identifier: Apache-2.0
// The report of a run, for programs (`--report FILE`) and for people.
import { formatAmount, type OutputOf } from '@fabric-offline-pay/domain';
import type { StatisticsSnapshot } from '@fabric-offline-pay/sdk';
import type { InputProblem } from '../input/problem';
import type { OfflineOutcome } from './offline-payments';
import type { FinalState, OrderOutcome } from './outcome';

/** Amounts are minor units as decimal strings. `redeemed` and `issued` are all that ever was on this ledger. */
export interface MoneyReport {
  readonly issued: string;
  readonly redeemed: string;
  readonly onLedger: string;
}

export interface PayReport {
  readonly orders: { readonly total: number; readonly byState: Readonly<Record<string, number>> };
  /** Receipts written, by unit; refusals write none. */
  readonly units: Readonly<Record<string, number>>;
  readonly refusals: Readonly<Record<string, number>>;
  readonly money: Readonly<Record<string, MoneyReport>>;
  readonly transactions: {
    readonly submitted: number;
    readonly conflictsRetried: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
  };
  readonly durationMs: number;
  /** One entry a row of orders.csv, in file order. */
  readonly outcomes: readonly {
    readonly line: number;
    readonly merchantId: string;
    readonly orderNumber: string;
    readonly state: FinalState;
    /** Of what was refused: the row as a whole, or a step after its money was held. */
    readonly refusal: string | null;
    /** The state on the ledger at the end; null where the row placed no order. */
    readonly ledger: OrderOutcome['ledger'];
    /** How the row ended before, where it is replayed. */
    readonly first?: FinalState;
  }[];
  /** Payments without a network. */
  readonly offline: {
    readonly byState: Readonly<Record<string, number>>;
    /** Payments of which the device keeps the terminal's receipt. */
    readonly receipts: number;
    /** One entry a row of offline-payments.csv, in file order. */
    readonly outcomes: readonly OfflineOutcome[];
  };
  readonly problems: readonly InputProblem[];
}

const count = (names: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    [...new Set(names)]
      .sort()
      .map((name) => [name, names.filter((other) => other === name).length]),
  );

export interface ReportParts {
  readonly outcomes: readonly OrderOutcome[];
  readonly offline: readonly OfflineOutcome[];
  readonly units: Readonly<Record<string, number>>;
  readonly totals: OutputOf<'settlement', 'totals'>;
  readonly statistics: StatisticsSnapshot;
  readonly durationMs: number;
  readonly problems: readonly InputProblem[];
}

export function payReport({
  outcomes,
  offline,
  units,
  totals,
  statistics,
  durationMs,
  problems,
}: ReportParts): PayReport {
  const money = Object.entries(totals.currencies).map(
    ([code, { issued, redeemed, onLedger }]) => [code, { issued, redeemed, onLedger }] as const,
  );
  return {
    orders: { total: outcomes.length, byState: count(outcomes.map((outcome) => outcome.state)) },
    units,
    refusals: count(outcomes.flatMap((outcome) => outcome.refusal ?? [])),
    money: Object.fromEntries(money),
    transactions: {
      submitted: statistics.submitted,
      conflictsRetried: statistics.conflictsRetried,
      p50Ms: Math.round(statistics.latencies.p50),
      p99Ms: Math.round(statistics.latencies.p99),
    },
    durationMs: Math.round(durationMs),
    outcomes: outcomes.map(({ line, merchantId, orderNumber, state, refusal, ledger, first }) => ({
      ...{ line, merchantId, orderNumber, state, refusal, ledger },
      ...(first !== undefined && { first }),
    })),
    offline: {
      byState: count(offline.map(({ state }) => state)),
      receipts: offline.filter(({ receipt }) => receipt).length,
      outcomes: offline,
    },
    problems,
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

type Failed = PayReport['outcomes'][number];

/** Neither done nor refused: money was held, then a step was refused. */
const isFailed = ({ state, refusal }: Failed): boolean => refusal !== null && state !== 'refused';

const failedLine = ({ line, merchantId, orderNumber, state, refusal }: Failed): string =>
  `  line ${line.toString()}: ${merchantId}/${orderNumber} is ${state}, and then ${refusal ?? ''} was refused: offpay trail ${merchantId}/${orderNumber} shows the steps`;

const failedLines = ({ outcomes }: PayReport): string[] => {
  const failed = outcomes.filter(isFailed);
  return failed.length === 0 ? [] : ['Failed after money was held', ...failed.map(failedLine)];
};

/** The report as lines for a person. */
export function reportLines(report: PayReport): string[] {
  const { transactions } = report;
  return [
    `Orders    ${report.orders.total.toString()}: ${counts(report.orders.byState)}`,
    `Offline   ${counts(report.offline.byState)}; ${report.offline.receipts.toString()} receipts kept`,
    `Units     ${counts(report.units)}`,
    `Refusals  ${counts(report.refusals)}`,
    `Latency   p50 ${transactions.p50Ms.toString()} ms, p99 ${transactions.p99Ms.toString()} ms; ${transactions.submitted.toString()} transactions, ${transactions.conflictsRetried.toString()} conflicts retried; ${(report.durationMs / 1000).toFixed(1)} s`,
    ...failedLines(report),
    'Money',
    ...Object.entries(report.money).map(moneyLine),
  ];
}
