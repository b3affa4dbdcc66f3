// SPDX-License-Identifier: Apache-2.0
// What was noted of webhooks while the clock was ahead. It would be taken for what it says when the clock gets there again.
import { sql } from 'kysely';
import type { MerchantDatabase } from '../database/schema.js';

/** No attempt waits so long for the next. */
const FARTHEST_MS = 24 * 3_600_000;

/** Machines whose clocks differ by less leave each other's times as they are; so do runs that go on meanwhile. */
const TOLERANCE_MS = 120_000;

/** Otherwise it, and what follows it in its order, would wait until the clock gets there again. */
async function bringAttempts(db: MerchantDatabase, now: number): Promise<void> {
  const since = sql<number | null>`case when tried_since > ${now} then null else tried_since end`;
  await db
    .updateTable('webhook_deliveries')
    .set({ due_at: now, tried_since: since })
    .where('due_at', '>', now + FARTHEST_MS)
    .execute();
}

/**
 * Otherwise an outage of a later day would seem to be none. When it was accepted is not known: after it happened and before now. The earlier
 * time hides no outage.
 */
async function bringAccepted(db: MerchantDatabase, now: number): Promise<void> {
  await sql`
    update webhook_deliveries as delivery set delivered_at = least(event.at * 1000, ${now - 1}::bigint)
    from webhook_events event where event.seq = delivery.seq and delivered_at > ${now + TOLERANCE_MS}::bigint
  `.execute(db);
}

/** Otherwise a replaced secret would sign for longer than its owner wanted. Its time begins now. */
async function bringRotated(db: MerchantDatabase, now: number): Promise<void> {
  const until = sql<number>`previous_until - (rotated_at - ${now})`;
  await db
    .updateTable('webhook_endpoints')
    .set({ previous_until: until, rotated_at: now })
    .where('rotated_at', '>', now + TOLERANCE_MS)
    .execute();
}

/**
 * Gives times that no right clock has written the present one, or an earlier one where that is safer.
 * @param now milliseconds since 1970
 */
export async function bringBack(db: MerchantDatabase, now: number): Promise<void> {
  await bringAttempts(db, now);
  await bringAccepted(db, now);
  await bringRotated(db, now);
}
