// SPDX-License-Identifier: Apache-2.0
// The bench's report: as JSON for programs, as a table and a plot for readers.
import type { Spread } from './pairs.js';
import type { ReportParts } from './run.js';

/** What the project asks of a ratio. */
interface Target {
  readonly atLeast?: number;
  readonly atMost?: number;
}

interface Described {
  readonly meaning: string;
  readonly target?: Target;
}

/** The same ratio on each database that a node may have. */
const ofDatabases = (
  name: string,
  meaning: string,
  target: Target,
): Readonly<Record<string, Described>> => ({
  [`${name}Embedded`]: { meaning: `${meaning}, embedded database`, target },
  [`${name}OnServer`]: { meaning: `${meaning}, on a server`, target },
});

/** Every ratio in the order of the table. */
export const RATIOS: Readonly<Record<string, Described>> = {
  medianLegToNoop: {
    meaning: 'median of the three express legs ÷ noop',
    target: { atLeast: 0.95 },
  },
  quoteToNoop: { meaning: "logistics' leg ÷ noop", target: { atLeast: 0.65 } },
  orderToNoop: { meaning: "merchant's leg ÷ noop", target: { atLeast: 0.65 } },
  settleToNoop: { meaning: "bank's leg ÷ noop", target: { atLeast: 0.65 } },
  medianLegAloneToNoop: {
    meaning: 'median leg, one order a transaction, ÷ noop',
    target: { atLeast: 0.7 },
  },
  quoteAloneToNoop: {
    meaning: "logistics' leg, one order a transaction, ÷ noop",
    target: { atLeast: 0.58 },
  },
  orderAloneToNoop: {
    meaning: "merchant's leg, one order a transaction, ÷ noop",
    target: { atLeast: 0.58 },
  },
  settleAloneToNoop: {
    meaning: "bank's leg, one order a transaction, ÷ noop",
    target: { atLeast: 0.58 },
  },
  paidOrdersToNoop: { meaning: 'whole paid orders ÷ noop', target: { atLeast: 0.34 } },
  hotMerchantToSpread: {
    meaning: 'payments to one merchant ÷ to sixteen, 64 in flight',
    target: { atLeast: 0.95 },
  },
  hotMerchantRollingUpToSpread: {
    meaning: 'the same while the books are rolled up',
    target: { atLeast: 0.95 },
  },
  ourSignerToStock: {
    meaning: "noop submits with our signer ÷ with the library's",
    target: { atLeast: 1.25 },
  },
  latencyGrown: {
    meaning: "order's p50 in noop's p50, large ledger ÷ small ledger",
    target: { atMost: 1.1 },
  },
  latencyGrownRaw: { meaning: "order's p50, large ledger ÷ small ledger" },
  readOrderToNoopRead: { meaning: '`orderNumber.readOrder` ÷ noop query' },
  readAccountToNoopRead: { meaning: '`settlement.readAccount` ÷ noop query' },
  trailToNoopRead: { meaning: '`orderNumber.trail` ÷ noop query' },
  ...ofDatabases('followingToCommitting', "the bank's node catching up ÷ the network committing", {
    atLeast: 10,
  }),
  ...ofDatabases('auditingToCommitting', 'an auditor catching up ÷ the network committing', {
    atLeast: 10,
  }),
  ...ofDatabases('statementGrown', 'p95 of a page of a statement, 100,000 ÷ 1,000 purchases', {
    atMost: 1.5,
  }),
  ...ofDatabases('filteredGrown', 'the same, of a kind that does not occur', { atMost: 1.5 }),
  ...ofDatabases('recommendationsGrown', 'p95 of recommendations, 100,000 ÷ 1,000 purchases', {
    atMost: 1.5,
  }),
};

const fixed = (value: number): string => value.toFixed(2);

const targetText = ({ target }: Described): string =>
  target?.atLeast !== undefined
    ? `≥ ${target.atLeast.toString()}`
    : target?.atMost !== undefined
      ? `≤ ${target.atMost.toString()}`
      : '';

/** @returns whether the median is on the asked side of the target. */
export const meets = ({ median }: Spread, target: Target | undefined): boolean =>
  median >= (target?.atLeast ?? -Infinity) && median <= (target?.atMost ?? Infinity);

const named = (ratios: ReportParts['ratios']): [string, Described, Spread][] =>
  Object.entries(RATIOS).flatMap(([name, described]) => {
    const spread = ratios[name];
    return spread === undefined ? [] : [[name, described, spread] as [string, Described, Spread]];
  });

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const ratioRows = (ratios: ReportParts['ratios']): string[] => [
  row(['ratio', 'median', 'low … high', 'asked']),
  row(['---', '--:', '--:', '--:']),
  ...named(ratios).map(([, described, spread]) =>
    row([
      described.meaning,
      fixed(spread.median),
      `${fixed(spread.low)} … ${fixed(spread.high)}`,
      targetText(described),
    ]),
  ),
];

const numberRows = (
  title: readonly [string, string],
  numbers: Readonly<Record<string, number>>,
): string[] => [
  row(title),
  row(['---', '--:']),
  ...Object.entries(numbers).map(([name, value]) =>
    row([name, Number.isInteger(value) ? value.toString() : fixed(value)]),
  ),
];

function processorRows(times: ReportParts['cpuMicros']): string[] {
  const kinds = Object.keys(times);
  const processes = [...new Set(Object.values(times).flatMap((each) => Object.keys(each)))];
  return [
    row(['process', ...kinds]),
    row(['---', ...kinds.map(() => '--:')]),
    ...processes.map((name) =>
      row([name, ...kinds.map((kind) => (times[kind]?.[name] ?? 0).toString())]),
    ),
  ];
}

/** The figures as Markdown. */
export const tables = ({ ratios, conflicts, bytes, cpuMicros, absolute }: ReportParts): string =>
  [
    ratioRows(ratios),
    numberRows(['transactions met again after a conflict', 'per cent'], conflicts),
    numberRows(['in blocks', 'bytes'], bytes),
    processorRows(cpuMicros),
    numberRows(['on the machine of this run only', ''], absolute),
  ]
    .map((lines) => lines.join('\n'))
    .join('\n\n');

const ROW_HEIGHT = 26;
const LEFT = 380;
const WIDTH = 820;
const LARGEST = 3;

const scaleX = (ratio: number): number =>
  LEFT + (Math.min(ratio, LARGEST) / LARGEST) * (WIDTH - LEFT - 20);

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('`', '');

function plotRow(index: number, described: Described, spread: Spread): string {
  const y = 30 + index * ROW_HEIGHT;
  const colour = meets(spread, described.target) ? '#2f6f4f' : '#a33b3b';
  const target = described.target?.atLeast ?? described.target?.atMost;
  return [
    `<text x="${(LEFT - 10).toString()}" y="${(y + 4).toString()}" text-anchor="end">${escape(described.meaning)}</text>`,
    `<line x1="${scaleX(spread.low).toFixed(1)}" x2="${scaleX(spread.high).toFixed(1)}" y1="${y.toString()}" y2="${y.toString()}" stroke="${colour}" stroke-width="3"/>`,
    `<circle cx="${scaleX(spread.median).toFixed(1)}" cy="${y.toString()}" r="5" fill="${colour}"/>`,
    ...(target === undefined
      ? []
      : [
          `<line x1="${scaleX(target).toFixed(1)}" x2="${scaleX(target).toFixed(1)}" y1="${(y - 9).toString()}" y2="${(y + 9).toString()}" stroke="#555" stroke-dasharray="2 2"/>`,
        ]),
  ].join('\n  ');
}

/** The ratios as a plot: a dot for the median, a line for the spread, a dashed mark for what is asked. */
export function plot({ ratios }: ReportParts): string {
  const rows = named(ratios);
  const height = 50 + rows.length * ROW_HEIGHT;
  const ticks = [0, 0.5, 1, 1.5, 2, 2.5, 3].map((tick) => {
    const x = scaleX(tick).toFixed(1);
    return `<line x1="${x}" x2="${x}" y1="14" y2="${(height - 30).toString()}" stroke="#ddd"/><text x="${x}" y="${(height - 12).toString()}" text-anchor="middle">${tick.toString()}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH.toString()} ${height.toString()}" font-family="sans-serif" font-size="12">`,
    `  <rect width="100%" height="100%" fill="white"/>`,
    ...ticks.map((tick) => `  ${tick}`),
    ...rows.map(([, described, spread], index) => `  ${plotRow(index, described, spread)}`),
    '</svg>',
    '',
  ].join('\n');
}
