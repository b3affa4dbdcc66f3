// SPDX-License-Identifier: Apache-2.0
// The five things that can be asked of a host, what must be there by then, and how much money stands where afterwards. For tests.
import {
  HostUncertain,
  HostUnavailable,
  type Answer,
  type CoreBanking,
  type MovementKind,
} from '../../core-banking/core-banking.js';
import type { CoreBankingDatabase } from '../../core-banking/tables.js';

export const CARD = { token: 'tok-card', currency: 'EUR' };
export const PAYEE = { account: 'acc-payee', currency: 'EUR' };

/** What the accounts of the host hold at the beginning. */
export const BALANCES = [
  [CARD.token, 1000n],
  [PAYEE.account, 0n],
] as const;

/** Minor units. */
export interface Money {
  readonly card: bigint;
  readonly payee: bigint;
  readonly reserved: bigint;
  readonly taken: bigint;
}

export interface Operation {
  readonly kind: MovementKind;
  before(bank: CoreBanking): Promise<unknown>;
  ask(bank: CoreBanking): Promise<Answer>;
  readonly then: Money;
}

const authorise = (bank: CoreBanking) => bank.authorise({ key: 'a', ...CARD, amount: '600' });

const complete = (bank: CoreBanking, amount: string) =>
  bank.complete({ key: 'c', authorisation: 'a', amount });

export const OPERATIONS: readonly [Operation, ...Operation[]] = [
  {
    kind: 'authorise',
    before: () => Promise.resolve(),
    ask: authorise,
    then: { card: 400n, payee: 0n, reserved: 600n, taken: 0n },
  },
  {
    kind: 'complete',
    before: authorise,
    ask: (bank) => complete(bank, '400'),
    then: { card: 400n, payee: 0n, reserved: 200n, taken: 400n },
  },
  {
    kind: 'release',
    before: authorise,
    ask: (bank) => bank.release({ key: 'r', authorisation: 'a', amount: '250' }),
    then: { card: 650n, payee: 0n, reserved: 350n, taken: 0n },
  },
  {
    kind: 'refund',
    before: async (bank) => {
      await authorise(bank);
      await complete(bank, '600');
    },
    ask: (bank) => bank.refund({ key: 'r', authorisation: 'a', amount: '100' }),
    then: { card: 500n, payee: 0n, reserved: 0n, taken: 500n },
  },
  {
    kind: 'payOut',
    before: () => Promise.resolve(),
    ask: (bank) => bank.payOut({ key: 'p', ...PAYEE, amount: '70' }),
    then: { card: 1000n, payee: 70n, reserved: 0n, taken: 0n },
  },
];

const MOST_TRIES = 100;

/** @returns whether the caller is told to come back */
export const isLater = (error: unknown): boolean =>
  error instanceof HostUnavailable || error instanceof HostUncertain;

/** Asks as a job does: again under the same key, until there is an answer. */
export async function untilAnswered(ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!isLater(error) || tries === MOST_TRIES) throw error;
    }
  }
}

/** What the book says about an adapter, in the words of {@link Money}; `card` and `payee` stand in one account there. */
export async function bookedMoney(
  db: CoreBankingDatabase,
): Promise<Pick<Money, 'reserved' | 'taken'> & { readonly elsewhere: bigint }> {
  const rows = await db.selectFrom('book_accounts').select(['purpose', 'balance']).execute();
  const of = (purpose: string): bigint =>
    BigInt(rows.find((row) => row.purpose === purpose)?.balance ?? '0');
  return { reserved: of('reserved'), taken: of('settlement'), elsewhere: of('elsewhere') };
}
