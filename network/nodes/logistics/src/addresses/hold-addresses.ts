// SPDX-License-Identifier: Apache-2.0
// The addresses that a customer offers, from the quote to the pick-up. After that the ledger's private collection has the chosen one,
// until the delivery. The node keeps each only as long as somebody needs it.
import { digestOf, type AddressBookRow, type OrderKey } from '@fabric-offline-pay/domain';
import { NodeError } from '@fabric-offline-pay/node-common/client';
import { sql } from 'kysely';
import type { Caller, LogisticsContext } from '../context.js';
import { LogisticsError } from '../errors.js';
import { findWaybill, waybillAt, type Waybill } from '../waybills/find-waybill.js';

type Address = AddressBookRow['addresses'][number];

/** Whether the goods still have to be picked up. Only for that are all offered addresses needed. */
const awaitsPickUp = ({ picked_up_at, ended_at }: Waybill): boolean =>
  picked_up_at === null && ended_at === null;

function ensureNeeded(waybill: Waybill | undefined, book: AddressBookRow): void {
  if (waybill === undefined) return;
  if (!awaitsPickUp(waybill)) throw new LogisticsError('ADDRESS_NOT_NEEDED');
  if (digestOf(book) !== waybill.addresses_digest)
    throw new NodeError('ADDRESSES_DIFFER', 'addresses');
}

/** Whether the customer chose another company. */
async function isLost(
  { db }: Pick<LogisticsContext, 'db'>,
  { merchantId, orderNumber }: OrderKey,
): Promise<boolean> {
  const lost = await db
    .selectFrom('quotes')
    .select('outcome')
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .where('outcome', '=', 'lost')
    .executeTakeFirst();
  return lost !== undefined;
}

/**
 * Keeps the addresses of an order until the goods are picked up. Later ones take the place of earlier ones.
 * @throws {LogisticsError} ADDRESS_NOT_NEEDED
 * @throws {NodeError} ADDRESSES_DIFFER when they are not those of the signed terms
 */
export async function holdAddresses(
  context: Pick<LogisticsContext, 'db' | 'clock'>,
  key: OrderKey,
  { salt, addresses }: AddressBookRow,
): Promise<void> {
  const kept = { salt, addresses };
  ensureNeeded(await waybillAt(context, key), kept);
  if (await isLost(context, key)) throw new LogisticsError('ADDRESS_NOT_NEEDED');
  const columns = { book: JSON.stringify(kept), held_at: context.clock() };
  await context.db
    .insertInto('held_addresses')
    .values({ merchant_id: key.merchantId, order_number: key.orderNumber, ...columns })
    .onConflict((conflict) =>
      conflict.columns(['merchant_id', 'order_number']).doUpdateSet(columns),
    )
    .execute();
}

/** @throws {LogisticsError} ADDRESSES_NOT_HELD */
export async function heldBook(
  { db }: Pick<LogisticsContext, 'db'>,
  { merchantId, orderNumber }: OrderKey,
): Promise<AddressBookRow> {
  const held = await db
    .selectFrom('held_addresses')
    .select('book')
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .executeTakeFirst();
  if (held === undefined) throw new LogisticsError('ADDRESSES_NOT_HELD');
  return JSON.parse(held.book) as AddressBookRow;
}

async function chosenOfHeld(
  context: Pick<LogisticsContext, 'db'>,
  key: OrderKey,
  ref: string,
): Promise<Address> {
  const { addresses } = await heldBook(context, key);
  const chosen = addresses.find((address) => address.ref === ref);
  if (chosen === undefined) throw new NodeError('ADDRESS_UNKNOWN');
  return chosen;
}

/**
 * Reads the address to which the goods go, for the courier or a dispatcher: from the node before the pick-up, after it from the ledger.
 * @throws {LogisticsError} ADDRESS_NOT_NEEDED after the delivery or the end, ADDRESSES_NOT_HELD
 */
export async function readAddress(
  context: Pick<LogisticsContext, 'db' | 'ledger'>,
  caller: Caller,
  key: OrderKey,
): Promise<Address> {
  const waybill = await findWaybill(context, caller, key);
  if (waybill.delivered_at !== null || waybill.ended_at !== null)
    throw new LogisticsError('ADDRESS_NOT_NEEDED');
  const ref = waybill.address_ref;
  if (waybill.picked_up_at === null) return chosenOfHeld(context, key, ref);
  const { merchantId, orderNumber } = key;
  return context.ledger.logistics.readAddress({ merchantId, orderNumber, ref });
}

/**
 * Picked up, ended, gone to another company, or too late: the goods will hardly be carried when so much time has passed since they had to be
 * delivered, paid or ordered. Whoever carries them all the same gives the addresses again.
 */
const isUnneeded = (before: number) => sql<boolean>`
  exists (
    select 1 from waybills w
    where w.merchant_id = held_addresses.merchant_id and w.order_number = held_addresses.order_number
      and (
        w.picked_up_at is not null or w.ended_at is not null
        or coalesce(w.deliver_by, w.hold_expires_at, w.placed_at) <= ${before}
      )
  )
  or exists (
    select 1 from quotes q
    where q.merchant_id = held_addresses.merchant_id and q.order_number = held_addresses.order_number
      and q.outcome = 'lost'
  )
  or (
    held_at <= ${before}
    and not exists (
      select 1 from waybills w
      where w.merchant_id = held_addresses.merchant_id and w.order_number = held_addresses.order_number
    )
  )
`;

/** Erases the addresses that nobody needs any more. @returns how many orders lost theirs */
export async function eraseAddresses({
  db,
  clock,
  rules,
}: Pick<LogisticsContext, 'db' | 'clock' | 'rules'>): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('held_addresses')
    .where(isUnneeded(clock() - rules.holdAddressSeconds))
    .executeTakeFirst();
  return Number(numDeletedRows);
}
