// SPDX-License-Identifier: Apache-2.0
// The invariant of the ledger as sums: available + held + reserves + credit entries + checkpoints = issued − redeemed.
import {
  heldIn,
  sumToUnits,
  type Currency,
  type MoneyKind,
  type Sum,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';

const LEDGER_KINDS = [
  'account',
  'terms',
  'order',
  'reserve',
  'credit',
  'checkpoint',
] as const satisfies readonly MoneyKind[];

/** The part of the totals for each kind of row that holds money. */
const PART_OF = {
  account: 'available',
  terms: 'held',
  order: 'held',
  reserve: 'reserves',
  credit: 'credits',
  checkpoint: 'checkpoints',
} as const satisfies Readonly<Record<(typeof LEDGER_KINDS)[number], string>>;

type LedgerPart = (typeof PART_OF)[keyof typeof PART_OF];
type Part = 'issued' | 'redeemed' | LedgerPart;

const KINDS: readonly MoneyKind[] = ['supply', ...LEDGER_KINDS];

interface Summand {
  readonly currency: Currency;
  readonly part: Part;
  /** Minor units. Below zero when a row records what is no longer held. */
  readonly units: bigint;
}

const partOf = (kind: MoneyKind, sign: bigint): Part =>
  kind === 'supply' ? (sign < 0n ? 'issued' : 'redeemed') : PART_OF[kind];

async function summandsOf(call: Call, kind: MoneyKind): Promise<Summand[]> {
  const rows = await call.store.all(kind, []);
  return rows
    .flatMap(({ key, value }) => heldIn(kind, value, key))
    .map(({ currency, amount, sign }) => ({
      currency,
      part: partOf(kind, sign),
      units: kind === 'supply' ? sumToUnits(amount) : sign * sumToUnits(amount),
    }));
}

const sumOf = (sums: readonly Summand[], ...parts: readonly Part[]): Sum =>
  sums
    .filter(({ part }) => parts.includes(part))
    .reduce((total, { units }) => total + units, 0n)
    .toString();

const totalsOf = (sums: readonly Summand[]) => ({
  issued: sumOf(sums, 'issued'),
  redeemed: sumOf(sums, 'redeemed'),
  available: sumOf(sums, 'available'),
  held: sumOf(sums, 'held'),
  reserves: sumOf(sums, 'reserves'),
  credits: sumOf(sums, 'credits'),
  checkpoints: sumOf(sums, 'checkpoints'),
  onLedger: sumOf(sums, ...Object.values(PART_OF)),
});

export async function totals(call: Call) {
  const found: Summand[][] = [];
  for (const kind of KINDS) found.push(await summandsOf(call, kind));
  const sums = found.flat();
  const codes = [...new Set(sums.map((entry) => entry.currency))].sort();
  return {
    currencies: Object.fromEntries(
      codes.map((code) => [code, totalsOf(sums.filter((entry) => entry.currency === code))]),
    ),
  };
}
