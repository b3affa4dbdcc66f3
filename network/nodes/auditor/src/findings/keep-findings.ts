// SPDX-License-Identifier: Apache-2.0
// Keeps what was found, each once: the same rule, broken for the same thing in the same place, is one finding.
import { createHash } from 'node:crypto';
import { addRows } from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';
import { storable } from '../state/storable.js';
import type { FindingTables } from './finding-tables.js';
import type { Finding } from './finding.js';

/** @returns hex, the same for the same rule, place and subject */
export const findingId = ({
  rule,
  block,
  index,
  transactionId = '',
  subject = '',
}: Finding): string =>
  createHash('sha256')
    .update(JSON.stringify([rule, block, index ?? null, transactionId, subject]))
    .digest('hex');

/** Texts for people. */
const MOST_OF_TEXT = 2_000;

const text = (content: string): string => storable(content, MOST_OF_TEXT);

const rowOf = (finding: Finding): FindingTables['findings'] => ({
  id: findingId(finding),
  rule: finding.rule,
  block: finding.block,
  place: finding.index ?? null,
  transaction_id: text(finding.transactionId ?? ''),
  subject: text(finding.subject ?? ''),
  expected: text(finding.expected),
  found: text(finding.found),
});

export async function keepFindings(
  db: Kysely<FindingTables>,
  findings: readonly Finding[],
): Promise<void> {
  await addRows(db, 'findings', findings.map(rowOf), 'id');
}
