// SPDX-License-Identifier: Apache-2.0
// Everything that was submitted in a dispute, for the bank: one document at a time, because together they may have 40 MB.
import type { MerchantDatabase } from '../database/schema.js';
import { refuse } from '../merchant-error.js';
import {
  byDispute,
  readDispute,
  type DisputeFile,
  type DisputeKey,
  type EvidenceContext,
} from './evidence.js';

/** @returns base64; empty when it was forgotten since */
async function documentOf(
  db: MerchantDatabase,
  key: DisputeKey,
  evidenceId: string,
): Promise<string> {
  const { merchant_id, order_number, dispute_id } = byDispute(key);
  const row = await db
    .selectFrom('evidence')
    .select('document')
    .where('merchant_id', '=', merchant_id)
    .where('order_number', '=', order_number)
    .where('dispute_id', '=', dispute_id)
    .where('evidence_id', '=', evidenceId)
    .executeTakeFirst();
  return row?.document ?? '';
}

async function* textOf(
  { db }: Pick<EvidenceContext, 'db'>,
  dispute: DisputeFile,
): AsyncGenerator<string> {
  yield `${JSON.stringify(dispute).slice(0, -1)},"contents":[`;
  for (const [place, { evidenceId }] of dispute.documents.entries()) {
    const document = await documentOf(db, dispute, evidenceId);
    yield `${place === 0 ? '' : ','}${JSON.stringify({ evidenceId, document })}`;
  }
  yield ']}';
}

/**
 * @returns JSON: the dispute with `contents`, each with `evidenceId` and `document` in base64
 * @throws {MerchantError} NOT_FOUND; EVIDENCE_MISSING before it was submitted
 */
export async function readBundle(
  context: EvidenceContext,
  key: DisputeKey,
): Promise<AsyncIterable<string>> {
  const dispute = await readDispute(context, key);
  if (dispute.submittedAt === null) refuse('EVIDENCE_MISSING');
  return textOf(context, dispute);
}
