// SPDX-License-Identifier: Apache-2.0
// What must be true within one row that holds money: sums of its parts, and what cannot be more than what.
import type { Row } from '../rows/read-row.js';
import type { Kind, Value } from '../rows/row-kinds.js';

/** A rule about one row: what must hold, in words, and whether it does. */
interface Rule<Of extends Kind> {
  readonly expected: string;
  readonly holds: (value: Value<Of>) => boolean;
}

type Hold = NonNullable<Value<'order'>['hold']>;
type Reserve = Value<'reserve'>;
type Terms = Extract<Value<'terms'>, { readonly terms: unknown }>;

const total = (amounts: readonly string[]): bigint =>
  amounts.reduce((sum, amount) => sum + BigInt(amount), 0n);

const isAtMost = (amounts: readonly string[], most: string): boolean =>
  total(amounts) <= BigInt(most);

const ofHold = (expected: string, holds: (hold: Hold) => boolean): Rule<'order'> => ({
  expected,
  holds: ({ hold }) => hold === null || holds(hold),
});

const ofTerms = (expected: string, holds: (terms: Terms['terms']) => boolean): Rule<'terms'> => ({
  expected,
  holds: (value) => !('terms' in value) || holds(value.terms),
});

/** A short entry is the next of its chain, the others say their counter. */
function amountsByCounter({ counters }: Reserve): ReadonlyMap<number, string> {
  const amounts = new Map<number, string>();
  let counter = 0;
  for (const entry of counters) {
    counter = entry.length === 2 ? counter + 1 : entry[0];
    amounts.set(counter, entry.length === 2 ? entry[1] : entry[4]);
  }
  return amounts;
}

function isPaidByVouchers(reserve: Reserve): boolean {
  const amounts = [...amountsByCounter(reserve)];
  const paid = amounts.filter(([counter]) => !reserve.cancelled.includes(counter));
  return total(paid.map(([, amount]) => amount)) === BigInt(reserve.settled);
}

const goodsTotal = ({ lines }: Terms['terms']): bigint =>
  lines.reduce((sum, { quantity, unitPrice }) => sum + BigInt(quantity) * BigInt(unitPrice), 0n);

const RULES: { readonly [Of in Kind]?: readonly Rule<Of>[] } = {
  order: [
    ofHold('no more is captured and voided than was authorised', (hold) =>
      isAtMost([hold.captured, hold.voided], hold.authorised),
    ),
    ofHold('no more is released and refunded from the hold than was captured', (hold) =>
      isAtMost([hold.released, hold.refundedHeld], hold.captured),
    ),
    ofHold('no more is refunded than was captured', (hold) =>
      isAtMost([hold.refunded], hold.captured),
    ),
    ofHold('refunds from the hold are refunds', (hold) =>
      isAtMost([hold.refundedHeld], hold.refunded),
    ),
    ofHold('the delivery is paid or given back once', (hold) =>
      isAtMost([hold.feeReleased, hold.feeReturned], hold.fee),
    ),
    ofHold('the fee is part of what was released', (hold) =>
      isAtMost([hold.feeReleased], hold.released),
    ),
    ofHold('the returned fee is part of what was refunded', (hold) =>
      isAtMost([hold.feeReturned], hold.refundedHeld),
    ),
    ofHold(
      'the captures are what was captured',
      (hold) => total(Object.values(hold.captures)) === BigInt(hold.captured),
    ),
    ofHold('the refunds are not more than what was refunded', (hold) =>
      isAtMost(Object.values(hold.refunds), hold.refunded),
    ),
  ],
  terms: [
    ofTerms(
      'the goods and the delivery are the total',
      (terms) => total([terms.goodsTotal, terms.fee]) === BigInt(terms.total),
    ),
    ofTerms(
      'the lines are the goods total',
      (terms) => goodsTotal(terms) === BigInt(terms.goodsTotal),
    ),
  ],
  reserve: [
    {
      expected: 'no more is settled and returned than was funded',
      holds: ({ settled, returned, funded }) => isAtMost([settled, returned], funded),
    },
    { expected: 'the vouchers are what was settled', holds: isPaidByVouchers },
  ],
  checkpoint: [
    {
      expected: 'nobody owes nothing',
      holds: ({ debts }) => debts.every(({ amount }) => amount !== '0'),
    },
  ],
  supply: [{ expected: 'money of no amount is not made', holds: ({ amount }) => amount !== '0' }],
  credit: [{ expected: 'nobody is credited nothing', holds: ({ amount }) => amount !== '0' }],
  offlineRefund: [
    {
      expected: 'no more is refunded than was paid',
      holds: ({ refunded, paid }) => isAtMost([refunded], paid),
    },
  ],
};

/** @returns what should hold of the row and does not */
export const brokenIn = ({ kind, value }: Row): readonly string[] =>
  ((RULES[kind] ?? []) as readonly Rule<Kind>[])
    .filter(({ holds }) => !holds(value))
    .map(({ expected }) => expected);
