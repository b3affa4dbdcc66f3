// SPDX-License-Identifier: Apache-2.0
// The merchant's evidence in disputes. Documents may name people: they stay here, and only digests leave.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';
import { createTable } from './columns.js';

export interface EvidenceTable {
  merchant_id: string;
  order_number: string;
  dispute_id: string;
  evidence_id: string;
  kind: string;
  media_type: string;
  /** SHA-256 of the document, hex. */
  digest: string;
  /** The document, base64. */
  document: string;
  /** Milliseconds since 1970. */
  added_at: number;
}

/** One a dispute, never changed. */
export interface EvidenceSubmissionTable {
  merchant_id: string;
  order_number: string;
  dispute_id: string;
  /** SHA-256, hex, over kinds and digests of all documents. */
  digest: string;
  submitted_by: string;
  /** Milliseconds since 1970. */
  submitted_at: number;
}

export interface EvidenceTables {
  evidence: EvidenceTable;
  evidence_submissions: EvidenceSubmissionTable;
}

const DISPUTE = { merchant_id: 'id', order_number: 'id', dispute_id: 'id' } as const;
const DISPUTE_KEY = Object.keys(DISPUTE);

export const EVIDENCE_MIGRATIONS: Migrations = {
  '0004-evidence': {
    up: async (db: Kysely<unknown>) => {
      await createTable(
        db,
        'evidence',
        {
          ...DISPUTE,
          evidence_id: 'id',
          kind: 'word',
          media_type: 'text',
          digest: 'text',
          document: 'text',
          added_at: 'time',
        },
        [...DISPUTE_KEY, 'evidence_id'],
      );
      await createTable(
        db,
        'evidence_submissions',
        { ...DISPUTE, digest: 'text', submitted_by: 'text', submitted_at: 'time' },
        DISPUTE_KEY,
      );
    },
  },
};
