// SPDX-License-Identifier: Apache-2.0
// Compares a statement of backing with what the ledger says by somebody else's reckoning. The statement's signature is verified
// before.
import { byCodeUnit } from '../base/canonical.js';
import type { Currency } from '../base/money.js';
import { NO_LEAVES, sumOfLeaves, treesOf, type BackingLeaf } from './leaves.js';
import { missingBacking, wholeBacking, type BackingStatement } from './statement.js';

/** What can be wrong with a statement, with a sentence for people. */
export const BACKING_RULES = {
  currency: 'A statement names every currency in which the bank has money on the ledger.',
  supply: 'The supply is what the bank made on the ledger less what it took back.',
  leaves: 'The tree has a leaf for everybody to whom the bank owes money, and no other.',
  root: 'The tree’s leaves are what the bank owes by the ledger.',
  owedToBanks: 'Supply is what the bank owes to its holders and to other banks.',
  backing: 'The backing is not less than the supply.',
} as const;

/** A rule that a statement can break. */
export type BackingRule = keyof typeof BACKING_RULES;

/** One rule that a statement breaks in one currency. `expected` and `found` are short texts: amounts, numbers, digests. */
export interface BackingDifference {
  readonly rule: BackingRule;
  readonly currency: Currency;
  readonly expected: string;
  readonly found: string;
}

interface Known {
  readonly supply: bigint;
  readonly leaves: number;
  readonly root: string;
  readonly owed: bigint;
}

const differenceIn = (
  rule: BackingRule,
  currency: Currency,
  expected: string,
  found: string,
): BackingDifference[] => (expected === found ? [] : [{ rule, currency, expected, found }]);

function differencesOf(
  { currencies }: BackingStatement,
  currency: Currency,
  known: Known,
): BackingDifference[] {
  const entry = Object.hasOwn(currencies, currency) ? currencies[currency] : undefined;
  if (entry === undefined)
    return known.supply === 0n && known.leaves === 0
      ? []
      : [{ rule: 'currency', currency, expected: 'stated', found: 'missing' }];
  const { supply, liabilities, owedToBanks } = entry;
  const owed = (known.supply - known.owed).toString();
  const missing = missingBacking({ ...entry, supply: known.supply.toString() });
  const needed = (wholeBacking(entry) + missing).toString();
  return [
    ...differenceIn('supply', currency, known.supply.toString(), supply),
    ...differenceIn('leaves', currency, known.leaves.toString(), liabilities.leaves.toString()),
    ...differenceIn('root', currency, known.root, liabilities.root),
    ...differenceIn('owedToBanks', currency, owed, owedToBanks),
    ...differenceIn('backing', currency, needed, wholeBacking(entry).toString()),
  ];
}

/**
 * @param statement of one bank
 * @param supplyByCurrency of this bank at the statement's height, in minor units, by the reader's own reckoning
 * @param leaves what the bank owes at that height by the reader's own rows (`Holdings`), blinded with the statement's seed
 * (`leavesOf`)
 * @returns what the statement says differently, by currency; empty when it is right
 */
export function checkBacking(
  statement: BackingStatement,
  supplyByCurrency: ReadonlyMap<Currency, bigint>,
  leaves: readonly BackingLeaf[],
): readonly BackingDifference[] {
  const trees = treesOf(leaves);
  const codes = [
    ...new Set([...Object.keys(statement.currencies), ...supplyByCurrency.keys(), ...trees.keys()]),
  ].sort(byCodeUnit);
  return codes.flatMap((currency) => {
    const tree = trees.get(currency) ?? NO_LEAVES;
    return differencesOf(statement, currency, {
      supply: supplyByCurrency.get(currency) ?? 0n,
      ...{ leaves: tree.size, root: tree.root },
      owed: sumOfLeaves(leaves.filter((leaf) => leaf.currency === currency)),
    });
  });
}
