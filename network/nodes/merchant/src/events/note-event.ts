// SPDX-License-Identifier: Apache-2.0
// Keeps an event, and that each endpoint which wants it is to be told: in the database transaction of its block.
import { sha256Hex } from '@fabric-offline-pay/domain';
import type { MerchantTransaction } from '../database/schema.js';
import type { EventType, MerchantEvent } from './event-types.js';

/** Called by projections. */
export type NoteEvent = (db: MerchantTransaction, event: MerchantEvent) => Promise<void>;

/** Asks for the endpoint to be told what waits for it. */
export type AskToDeliver = (db: MerchantTransaction, endpointId: string) => Promise<void>;

const ID_CHARACTERS = 40;

/** @returns an id without a dot, as Standard Webhooks wants it; the same whenever the ledger is read */
export const eventId = ({ key }: Pick<MerchantEvent, 'key'>): string =>
  `evt_${sha256Hex(JSON.stringify(key)).slice(0, ID_CHARACTERS)}`;

/** @returns whether an endpoint with these types, as its row has them, wants the event */
function wants(types: string, type: EventType): boolean {
  const chosen = JSON.parse(types) as readonly string[];
  return chosen.length === 0 || chosen.includes(type);
}

/** @param clock milliseconds since 1970 */
export const noteEvent =
  (clock: () => number, ask: AskToDeliver): NoteEvent =>
  async (db, event) => {
    const { type, subject, data, at } = event;
    const inserted = await db
      .insertInto('webhook_events')
      .values({ event_id: eventId(event), subject, type, data: JSON.stringify(data), at })
      .onConflict((conflict) => conflict.column('event_id').doNothing())
      .returning('seq')
      .executeTakeFirst();
    if (inserted === undefined) return;
    const waiting = { seq: inserted.seq, subject, attempts: 0, tried_since: null };
    const due = { due_at: clock(), delivered_at: null, last_result: null };
    const endpoints = await db
      .selectFrom('webhook_endpoints')
      .select(['endpoint_id', 'types'])
      // No endpoint is removed before what is noted for it stands.
      .forKeyShare()
      .execute();
    for (const { endpoint_id, types } of endpoints) {
      if (!wants(types, type)) continue;
      await db
        .insertInto('webhook_deliveries')
        .values({ endpoint_id, ...waiting, ...due })
        .execute();
      await ask(db, endpoint_id);
    }
  };
