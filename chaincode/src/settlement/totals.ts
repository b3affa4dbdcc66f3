// SPDX-License-Identifier: Apache-2.0
// The invariant of the ledger, summed: available + held + reserves + credit entries + checkpoints = issued − redeemed.
import {
  holds,
  reserves as money,
  SUPPLY,
  toUnits,
  type Amount,
  type Currency,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';

type Part = 'issued' | 'redeemed' | 'available' | 'held' | 'reserves' | 'credits' | 'checkpoints';

interface Sum {
  readonly currency: Currency;
  readonly part: Part;
  readonly amount: Amount;
}

const PARTS: readonly Part[] = [
  'issued',
  'redeemed',
  'available',
  'held',
  'reserves',
  'credits',
  'checkpoints',
];
const ON_LEDGER: readonly Part[] = ['available', 'held', 'reserves', 'credits', 'checkpoints'];

/** The currency is the second part of a credit entry's own key: `credit/<payee>/<currency>/…`. */
const currencyOfCredit = (key: string): string => key.split('/')[2] ?? '';

async function allSums(call: Call): Promise<Sum[]> {
  const supply = await call.store.range('supply', []);
  const accounts = await call.store.range('account', []);
  const orders = await call.store.range('order', []);
  const reserves = await call.store.range('reserve', []);
  const credits = await call.store.range('credit', []);
  const checkpoints = await call.store.range('checkpoint', []);
  return [
    ...supply.map(({ value }): Sum => ({
      ...value,
      part: SUPPLY[value.kind] === 'appears' ? 'issued' : 'redeemed',
    })),
    ...accounts.flatMap(({ value }) =>
      Object.entries(value.money).map(
        ([currency, { available }]): Sum => ({ currency, part: 'available', amount: available }),
      ),
    ),
    ...orders.flatMap(({ value }): Sum[] =>
      value.hold === null
        ? []
        : [{ currency: value.hold.currency, part: 'held', amount: holds.standing(value.hold) }],
    ),
    ...reserves.map(({ value }): Sum => ({
      currency: value.currency,
      part: 'reserves',
      amount: money.standing(value),
    })),
    ...credits.map(({ key, value }): Sum => ({
      currency: currencyOfCredit(key),
      part: 'credits',
      amount: value.amount,
    })),
    ...checkpoints.map(({ value }): Sum => ({
      currency: value.currency,
      part: 'checkpoints',
      amount: value.balance,
    })),
  ];
}

/** Totals grow past 18 digits only on paper, so they are summed as integers and written without that limit. */
const sumOf = (sums: readonly Sum[], parts: readonly Part[]): string =>
  sums
    .filter((entry) => parts.includes(entry.part))
    .reduce((total, entry) => total + toUnits(entry.amount), 0n)
    .toString();

const totalsOf = (sums: readonly Sum[]) => {
  const [
    issued = '0',
    redeemed = '0',
    available = '0',
    held = '0',
    reserves = '0',
    credits = '0',
    checkpoints = '0',
  ] = PARTS.map((part) => sumOf(sums, [part]));
  return {
    issued,
    redeemed,
    available,
    held,
    reserves,
    credits,
    checkpoints,
    onLedger: sumOf(sums, ON_LEDGER),
  };
};

export async function totals(call: Call) {
  const sums = await allSums(call);
  const codes = [...new Set(sums.map((entry) => entry.currency))].sort();
  return {
    currencies: Object.fromEntries(
      codes.map((code) => [code, totalsOf(sums.filter((entry) => entry.currency === code))]),
    ),
  };
}
