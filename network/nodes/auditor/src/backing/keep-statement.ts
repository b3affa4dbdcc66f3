// SPDX-License-Identifier: Apache-2.0
// Keeps a bank's statement of backing as the bank hands it over. Nothing of it is believed yet: it is compared when its block was audited.
import {
  backingStatement,
  parseCose,
  sha256Hex,
  unlessMalformed,
  type BackingStatement,
} from '@fabric-offline-pay/domain';
import type { ReportResult } from '@fabric-offline-pay/node-common/client';
import type { AuditorDatabase } from '../database/schema.js';

/** What a bank hands over. */
export interface HandedStatement {
  readonly bankId: string;
  /** Base64 of the COSE_Sign1. */
  readonly statement: string;
  /** PEM. */
  readonly certificate: string;
  /** Hex. */
  readonly seed: string;
}

/** @returns what a statement says, whoever signed it; undefined for what is none */
export function contentOf(statement: string): BackingStatement | undefined {
  return unlessMalformed(() => {
    const { payload } = parseCose('offpay/backing', Buffer.from(statement, 'base64'));
    try {
      return backingStatement.safeParse(JSON.parse(payload.toString('utf8'))).data;
    } catch {
      return undefined;
    }
  });
}

/** Integers of the database. */
const HIGHEST = 2_147_483_647;

/**
 * A seed that is not the statement's own is refused: with it nobody could make the tree again, and a bank that gives no other has handed over
 * nothing.
 * @param now milliseconds since 1970
 */
export async function keepStatement(
  db: AuditorDatabase,
  { bankId, statement, certificate, seed }: HandedStatement,
  now: number,
): Promise<ReportResult> {
  const content = contentOf(statement);
  if (content === undefined || content.height.block > HIGHEST) return 'malformed';
  if (content.bankId !== bankId) return 'notYours';
  if (sha256Hex(Buffer.from(seed, 'hex')) !== content.seedDigest) return 'forged';
  const added = await db
    .insertInto('backing_statements')
    .values({
      digest: sha256Hex(Buffer.from(statement, 'base64')),
      ...{ bank_id: bankId, day: content.day, block: content.height.block },
      ...{ statement, certificate, seed, reported_at: now, state: 'waits' },
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('digest')
    .executeTakeFirst();
  return added === undefined ? 'known' : 'taken';
}
