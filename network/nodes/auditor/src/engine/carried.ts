// SPDX-License-Identifier: Apache-2.0
// What is carried from block to block beside the rows: running totals of money, and the spans of the policy by which obligations are due.
import type { RawBlock } from '../blocks/raw-block.js';
import type { AuditorTransaction } from '../database/schema.js';
import type { MoneyTables } from '../database/money-tables.js';
import type { Finding } from '../findings/finding.js';
import { auditMoney, auditTotals, NO_MONEY, type MoneyTotals } from '../money/index.js';
import { NO_SPANS, type PolicySpans } from '../overdue/index.js';
import type { RulesInForce } from './rules-in-force.js';
import type { AuditedTransaction } from './segment.js';

export interface Carried {
  readonly money: MoneyTotals;
  readonly spans: PolicySpans;
  /** From which the next block's commit hash can come: see `commitHashOf`. */
  readonly commitHashes: readonly string[];
}

const NOTHING: Carried = { money: NO_MONEY, spans: NO_SPANS, commitHashes: [] };

/** @returns what is carried after the last block of the tables */
export async function readCarried(db: AuditorTransaction): Promise<Carried> {
  const row = await db
    .selectFrom('audit_state')
    .select(['money', 'spans', 'commit_hashes'])
    .executeTakeFirst();
  if (row === undefined) return NOTHING;
  return {
    money: JSON.parse(row.money) as MoneyTotals,
    spans: JSON.parse(row.spans) as PolicySpans,
    commitHashes: JSON.parse(row.commit_hashes) as string[],
  };
}

export async function writeCarried(
  db: AuditorTransaction,
  { channel, settings }: RulesInForce,
  { money, spans, commitHashes }: Carried,
): Promise<void> {
  // Also when nobody can judge by the settings, or there are none: the audit ends with them, and says how far it came.
  const changed = {
    settings: Buffer.from(settings?.envelope ?? []),
    settings_block: settings?.block ?? 0,
    money: JSON.stringify(money),
    spans: JSON.stringify(spans),
    commit_hashes: JSON.stringify(commitHashes),
  };
  // Such settings do not say how the channel was called before.
  const named = channel && { channel: channel.channel };
  await db
    .insertInto('audit_state')
    .values({ id: 1, channel: '', ...changed, ...named })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ ...changed, ...named }))
    .execute();
}

function byBlock(
  transactions: readonly AuditedTransaction[],
): ReadonlyMap<number, readonly AuditedTransaction[]> {
  const blocks = new Map<number, AuditedTransaction[]>();
  for (const transaction of transactions) {
    const inBlock = blocks.get(transaction.block);
    if (inBlock === undefined) blocks.set(transaction.block, [transaction]);
    else inBlock.push(transaction);
  }
  return blocks;
}

type MoneyAt = MoneyTables['money_history'];

interface MoneyCarried {
  readonly money: MoneyTotals;
  readonly findings: readonly Finding[];
  /** Of the blocks that changed the sums. */
  readonly history: readonly MoneyAt[];
}

/** The second line: sums of money after each block. */
export function carryMoney(
  money: MoneyTotals,
  transactions: readonly AuditedTransaction[],
  blocks: readonly RawBlock[],
): MoneyCarried {
  const findings: Finding[] = [];
  const history: MoneyAt[] = [];
  const inBlocks = byBlock(transactions);
  let totals = money;
  const take = (audit: ReturnType<typeof auditMoney>): void => {
    totals = audit.totals;
    findings.push(...audit.findings);
  };
  for (const { number } of blocks) {
    const before = totals.sums;
    for (const { changed } of inBlocks.get(number) ?? [])
      if (changed !== undefined && changed.changes.length > 0) take(auditMoney(totals, changed));
    take(auditTotals(totals, number));
    if (JSON.stringify(totals.sums) !== JSON.stringify(before))
      history.push({ block: number, money: JSON.stringify(totals) });
  }
  return { money: totals, findings, history };
}
