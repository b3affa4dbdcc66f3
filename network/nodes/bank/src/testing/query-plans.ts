// SPDX-License-Identifier: Apache-2.0
// What the database reads for the statements of a piece of work: the plans say it, whatever the machine's speed.
import { CompiledQuery, type RootOperationNode } from 'kysely';
import type { BankDatabase } from '../database/schema.js';

/** As `explain (format json)` writes it. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

const nodesOf = (node: PlanNode): readonly PlanNode[] => [
  node,
  ...(node.Plans ?? []).flatMap(nodesOf),
];

/** Notes the statements of whoever works with what it returns. */
function noting(db: BankDatabase, noted: CompiledQuery[]): BankDatabase {
  return db.withPlugin({
    transformQuery: ({ node, queryId }): RootOperationNode => {
      noted.push(db.getExecutor().compileQuery(node, queryId));
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });
}

async function planOf(db: BankDatabase, { sql: text, parameters }: CompiledQuery) {
  const explain = CompiledQuery.raw(`explain (format json) ${text}`, [...parameters]);
  const { rows } = await db.executeQuery<{ readonly 'QUERY PLAN': unknown }>(explain);
  const plan: unknown = rows[0]?.['QUERY PLAN'];
  const [{ Plan }] = (typeof plan === 'string' ? JSON.parse(plan) : plan) as [{ Plan: PlanNode }];
  return Plan;
}

/** @param db whose tables were analysed. @returns the tables that are read from one end to the other for it, each as often as that happens */
export async function tablesReadWhole(
  db: BankDatabase,
  work: (db: BankDatabase) => Promise<unknown>,
): Promise<string[]> {
  const noted: CompiledQuery[] = [];
  await work(noting(db, noted));
  const plans: PlanNode[] = [];
  for (const query of noted) plans.push(await planOf(db, query));
  return plans
    .flatMap(nodesOf)
    .filter((node) => node['Node Type'] === 'Seq Scan')
    .map((node) => node['Relation Name'] ?? '');
}
