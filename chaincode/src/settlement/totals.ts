// SPDX-License-Identifier: Apache-2.0
// The invariant of the ledger, summed: available + held + reserves + credit entries + checkpoints = issued − redeemed.
import {
  addSums,
  holds,
  reserves as money,
  SUPPLY,
  type Currency,
  type Sum,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';

type Part = 'issued' | 'redeemed' | 'available' | 'held' | 'reserves' | 'credits' | 'checkpoints';

interface Summand {
  readonly currency: Currency;
  readonly part: Part;
  /** Of any length. */
  readonly amount: Sum;
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

async function allSums(call: Call): Promise<Summand[]> {
  const supply = await call.store.all('supply', []);
  const accounts = await call.store.all('account', []);
  const orders = await call.store.all('order', []);
  const reserves = await call.store.all('reserve', []);
  const credits = await call.store.all('credit', []);
  const checkpoints = await call.store.all('checkpoint', []);
  return [
    ...supply.map(({ value }): Summand => ({
      ...value,
      part: SUPPLY[value.kind] === 'appears' ? 'issued' : 'redeemed',
    })),
    ...accounts.flatMap(({ value }) =>
      Object.entries(value.money).map(([currency, { available }]): Summand => ({
        currency,
        part: 'available',
        amount: available,
      })),
    ),
    ...orders.flatMap(({ value }): Summand[] =>
      value.hold === null
        ? []
        : [{ currency: value.hold.currency, part: 'held', amount: holds.standing(value.hold) }],
    ),
    ...reserves.map(({ value }): Summand => ({
      currency: value.currency,
      part: 'reserves',
      amount: money.standing(value),
    })),
    ...credits.map(({ key, value }): Summand => ({
      currency: currencyOfCredit(key),
      part: 'credits',
      amount: value.amount,
    })),
    ...checkpoints.map(({ value }): Summand => ({
      currency: value.currency,
      part: 'checkpoints',
      amount: value.balance,
    })),
  ];
}

const sumOf = (sums: readonly Summand[], parts: readonly Part[]): Sum =>
  addSums(...sums.filter(({ part }) => parts.includes(part)).map(({ amount }) => amount));

const totalsOf = (sums: readonly Summand[]) => {
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
