// SPDX-License-Identifier: Apache-2.0
// The merchant's evidence: collected until the deadline, submitted once, and then unchangeable. The ledger has no place for it; the bank
// asks for the bundle, and its digest shows that nothing was changed since.
import { createHash } from 'node:crypto';
import { digestOf } from '@fabric-offline-pay/domain';
import type { FollowedDisputeTable, MerchantDatabase } from '../database/schema.js';
import { refuse } from '../merchant-error.js';
import {
  LONGEST_DOCUMENT,
  MOST_DOCUMENTS,
  type EvidenceKind,
  type MEDIA_TYPES,
} from './evidence-kinds.js';

export interface EvidenceContext {
  readonly db: MerchantDatabase;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** From the opening of a dispute to the end of its collection. */
  readonly evidenceSeconds: number;
}

export interface DisputeKey {
  readonly merchantId: string;
  readonly orderNumber: string;
  readonly disputeId: string;
}

/** A document as a caller brings it. */
export interface Document {
  readonly evidenceId: string;
  readonly kind: EvidenceKind;
  readonly mediaType: (typeof MEDIA_TYPES)[number];
  /** Base64. */
  readonly document: string;
}

/** A document without its content. */
export interface ListedDocument {
  readonly evidenceId: string;
  readonly kind: string;
  readonly mediaType: string;
  /** SHA-256, hex. */
  readonly digest: string;
}

export interface DisputeFile extends DisputeKey {
  readonly outcome: FollowedDisputeTable['outcome'];
  /** Seconds since 1970. */
  readonly openedAt: number;
  readonly withheld: string;
  /** Seconds since 1970; until then evidence is taken. */
  readonly evidenceUntil: number;
  readonly documents: ListedDocument[];
  /** Over all documents: what a submission confirms. */
  readonly digest: string;
  /** Milliseconds since 1970. */
  readonly submittedAt: number | null;
}

/** @returns the columns of a dispute's key */
export const byDispute = ({ merchantId, orderNumber, disputeId }: DisputeKey) => ({
  merchant_id: merchantId,
  order_number: orderNumber,
  dispute_id: disputeId,
});

async function documentsOf(db: MerchantDatabase, key: DisputeKey): Promise<ListedDocument[]> {
  const { merchant_id, order_number, dispute_id } = byDispute(key);
  const rows = await db
    .selectFrom('evidence')
    .select(['evidence_id', 'kind', 'media_type', 'digest'])
    .where('merchant_id', '=', merchant_id)
    .where('order_number', '=', order_number)
    .where('dispute_id', '=', dispute_id)
    .orderBy('evidence_id')
    .execute();
  return rows.map(({ evidence_id: evidenceId, kind, media_type: mediaType, digest }) => ({
    evidenceId,
    kind,
    mediaType,
    digest,
  }));
}

async function submissionOf(db: MerchantDatabase, key: DisputeKey) {
  const { merchant_id, order_number, dispute_id } = byDispute(key);
  return db
    .selectFrom('evidence_submissions')
    .select(['digest', 'submitted_at'])
    .where('merchant_id', '=', merchant_id)
    .where('order_number', '=', order_number)
    .where('dispute_id', '=', dispute_id)
    .executeTakeFirst();
}

/** @throws {MerchantError} NOT_FOUND */
export async function readDispute(
  { db, evidenceSeconds }: EvidenceContext,
  key: DisputeKey,
): Promise<DisputeFile> {
  const { merchant_id, order_number, dispute_id } = byDispute(key);
  const row = await db
    .selectFrom('followed_disputes')
    .selectAll()
    .where('merchant_id', '=', merchant_id)
    .where('order_number', '=', order_number)
    .where('dispute_id', '=', dispute_id)
    .executeTakeFirst();
  if (row === undefined) return refuse('NOT_FOUND', 'disputeId');
  const documents = await documentsOf(db, key);
  const submission = await submissionOf(db, key);
  return {
    merchantId: key.merchantId,
    orderNumber: key.orderNumber,
    disputeId: key.disputeId,
    outcome: row.outcome,
    openedAt: row.opened_at,
    withheld: row.withheld,
    evidenceUntil: row.opened_at + evidenceSeconds,
    documents,
    digest: digestOf(documents),
    submittedAt: submission?.submitted_at ?? null,
  };
}

/** @throws {MerchantError} DISPUTE_DECIDED, EVIDENCE_LATE */
function ensureOpen({ clock }: EvidenceContext, dispute: DisputeFile): void {
  if (dispute.outcome !== 'undecided') refuse('DISPUTE_DECIDED');
  if (clock() >= dispute.evidenceUntil * 1000) refuse('EVIDENCE_LATE');
}

/** Serialises what concerns one dispute: nothing is added while it is submitted. */
const inTurn = <Answer>(
  context: EvidenceContext,
  { merchantId, orderNumber, disputeId }: DisputeKey,
  work: (context: EvidenceContext) => Promise<Answer>,
): Promise<Answer> =>
  context.db.transaction().execute(async (db) => {
    await db
      .selectFrom('followed_disputes')
      .select('dispute_id')
      .where('merchant_id', '=', merchantId)
      .where('order_number', '=', orderNumber)
      .where('dispute_id', '=', disputeId)
      .forUpdate()
      .execute();
    return work({ ...context, db });
  });

const digestOfBytes = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/**
 * Adds a document, or replaces the one with its id.
 * @throws {MerchantError} NOT_FOUND, DISPUTE_DECIDED, EVIDENCE_LATE, EVIDENCE_SUBMITTED, DOCUMENT_INVALID, TOO_MANY_DOCUMENTS
 */
export const addEvidence = (
  context: EvidenceContext,
  key: DisputeKey,
  { evidenceId, kind, mediaType, document }: Document,
): Promise<DisputeFile> =>
  inTurn(context, key, async (turn) => {
    const dispute = await readDispute(turn, key);
    ensureOpen(turn, dispute);
    if (dispute.submittedAt !== null) refuse('EVIDENCE_SUBMITTED');
    const bytes = Buffer.from(document, 'base64');
    if (bytes.length === 0 || bytes.length > LONGEST_DOCUMENT)
      refuse('DOCUMENT_INVALID', 'document');
    const others = dispute.documents.filter((known) => known.evidenceId !== evidenceId);
    if (others.length >= MOST_DOCUMENTS) refuse('TOO_MANY_DOCUMENTS');
    const stated = {
      kind,
      media_type: mediaType,
      digest: digestOfBytes(bytes),
      document: bytes.toString('base64'),
      added_at: turn.clock(),
    };
    await turn.db
      .insertInto('evidence')
      .values({ ...byDispute(key), evidence_id: evidenceId, ...stated })
      .onConflict((conflict) =>
        conflict
          .columns(['merchant_id', 'order_number', 'dispute_id', 'evidence_id'])
          .doUpdateSet(stated),
      )
      .execute();
    return readDispute(turn, key);
  });

/**
 * Submits the evidence, once. The caller confirms what it saw by the digest of all documents. Repeated with the same digest it answers the
 * same.
 * @throws {MerchantError} NOT_FOUND, DISPUTE_DECIDED, EVIDENCE_LATE, EVIDENCE_SUBMITTED, EVIDENCE_CHANGED, EVIDENCE_MISSING
 */
export const submitEvidence = (
  context: EvidenceContext,
  key: DisputeKey,
  { digest, by }: { readonly digest: string; readonly by: string },
): Promise<DisputeFile> =>
  inTurn(context, key, async (turn) => {
    const dispute = await readDispute(turn, key);
    if (dispute.submittedAt !== null)
      return dispute.digest === digest ? dispute : refuse('EVIDENCE_SUBMITTED');
    ensureOpen(turn, dispute);
    if (dispute.documents.length === 0) refuse('EVIDENCE_MISSING');
    if (dispute.digest !== digest) refuse('EVIDENCE_CHANGED', 'digest');
    const submitted_at = turn.clock();
    await turn.db
      .insertInto('evidence_submissions')
      .values({ ...byDispute(key), digest, submitted_by: by, submitted_at })
      .execute();
    return { ...dispute, submittedAt: submitted_at };
  });
