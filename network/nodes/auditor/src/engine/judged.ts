// SPDX-License-Identifier: Apache-2.0
// What is known of a transaction before its turn comes: everything that depends on the rules in force and not on the rows.
import type { Call, RawBlock, RawTransaction } from '../blocks/raw-block.js';
import { checkEndorsements } from '../channel/endorsement-needed.js';
import type { Problem } from '../channel/problem.js';
import type { Outcome } from '../checks/outcomes.js';
import type { Finding } from '../findings/finding.js';
import type { RulesInForce } from './rules-in-force.js';

/** Why a transaction does not count. */
export interface Refusal {
  readonly outcome: Exclude<Outcome, 'VALID'>;
  readonly problem: Problem;
}

/** A transaction with what its signatures are worth. */
export interface JudgedTransaction {
  readonly transaction: RawTransaction;
  /** Found before anybody looks whether the id was used. */
  readonly form: Refusal | undefined;
  readonly endorsements: Refusal | undefined;
}

export interface JudgedBlock {
  readonly block: RawBlock;
  readonly signatures: Problem | undefined;
  readonly transactions: readonly JudgedTransaction[];
}

const unreadable = (reason: string): Refusal => ({
  outcome: 'BAD_PAYLOAD',
  problem: {
    rule: 'block.readable',
    expected: 'a call, or settings of the channel',
    found: reason,
  },
});

function idRefusal({ id, computedId }: RawTransaction): Refusal | undefined {
  if (id === computedId) return undefined;
  return {
    outcome: 'BAD_PROPOSAL_TXID',
    problem: { rule: 'transaction.id', expected: computedId, found: id },
  };
}

function proposalRefusal({ proposalHash: { computed, signed } }: Call): Refusal | undefined {
  if (computed === signed) return undefined;
  return {
    outcome: 'BAD_PAYLOAD',
    problem: { rule: 'transaction.proposal', expected: computed, found: signed },
  };
}

/** Peers check the id of calls only: nobody proposes settings to endorsers. */
async function formOf(
  transaction: RawTransaction,
  { channel }: RulesInForce,
): Promise<Refusal | undefined> {
  const { content, creator } = transaction;
  if (content.kind === 'unreadable') return unreadable(content.reason);
  const problem = await channel?.creatorProblem(creator);
  if (problem !== undefined) return { outcome: 'BAD_CREATOR_SIGNATURE', problem };
  if (content.kind === 'settings') return undefined;
  return idRefusal(transaction) ?? proposalRefusal(content);
}

async function endorsementsOf(
  { content }: RawTransaction,
  { channel, definitions }: RulesInForce,
): Promise<Refusal | undefined> {
  if (content.kind !== 'call' || channel === undefined) return undefined;
  const problem = await checkEndorsements(content, channel, definitions);
  return problem && { outcome: 'ENDORSEMENT_POLICY_FAILURE', problem };
}

async function judgeTransaction(
  transaction: RawTransaction,
  rules: RulesInForce,
): Promise<JudgedTransaction> {
  const [form, endorsements] = await Promise.all([
    formOf(transaction, rules),
    endorsementsOf(transaction, rules),
  ]);
  return { transaction, form, endorsements };
}

/** Verifies everything that is signed in a block: many signatures at once, on all processors. */
export async function judgeBlock(block: RawBlock, rules: RulesInForce): Promise<JudgedBlock> {
  const [signatures, transactions] = await Promise.all([
    rules.channel?.blockSignatures(block),
    Promise.all(block.transactions.map((each) => judgeTransaction(each, rules))),
  ]);
  return { block, signatures, transactions };
}

/** @returns the problem, in its place */
export const placed = (problem: Problem, block: number, transaction?: RawTransaction): Finding => ({
  ...problem,
  block,
  ...(transaction !== undefined && { index: transaction.index, transactionId: transaction.id }),
});
