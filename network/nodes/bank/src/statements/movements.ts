// SPDX-License-Identifier: Apache-2.0
// What a change of a row moved of a customer's money. Pure: the row as it was and as it is now, so that reading the ledger again
// tells the same.
import {
  SUPPLY,
  toUnits,
  type Amount,
  type Hold,
  type OrderKey,
  type RowValue,
  type SettlementBatchRow,
  type SupplyKind,
  type SupplyRow,
} from '@fabric-offline-pay/domain';
import type { EntryKind } from './tables/statement-tables.js';

/** The places where a customer's money is: to spend, held for orders and not captured, in reserves of devices. */
export interface Places {
  readonly available: bigint;
  readonly held: bigint;
  readonly reserved: bigint;
}

/** One movement, in minor units, signed. */
export interface Movement extends Places {
  readonly customerId: string;
  readonly currency: string;
  readonly kind: EntryKind;
  readonly order: OrderKey | null;
  /** The ledger's own key of the movement within its kind. */
  readonly reference: string | null;
}

/** Whose money, and what for. */
type About = Pick<Movement, 'customerId' | 'currency'> & Partial<Movement>;

export const movement = (kind: EntryKind, about: About, change: Partial<Places>): Movement => ({
  order: null,
  reference: null,
  available: 0n,
  held: 0n,
  reserved: 0n,
  ...about,
  ...change,
  kind,
});

/** The kinds of supply that go through a customer's account. */
const OF_CUSTOMERS: Readonly<Partial<Record<SupplyKind, EntryKind>>> = {
  issue: 'issue',
  withdraw: 'withdraw',
};

/** @param id the supply's own id, such as an issue's */
export function movementsOfSupply(row: SupplyRow, id: string): Movement[] {
  const kind = OF_CUSTOMERS[row.kind];
  if (kind === undefined) return [];
  const units = toUnits(row.amount);
  const available = SUPPLY[row.kind] === 'appears' ? units : -units;
  const about = { customerId: row.account, currency: row.currency, reference: id };
  return [movement(kind, about, { available })];
}

/** What was seen of an order's money. */
export interface OrderSeen extends Pick<Hold, 'authorised' | 'captured' | 'voided' | 'refunded'> {
  /** Ids of those that have entries. */
  readonly captures: readonly string[];
  readonly refunds: readonly string[];
}

const justHeld = ({ authorised }: Pick<Hold, 'authorised'>): OrderSeen => ({
  authorised,
  captured: '0',
  voided: '0',
  refunded: '0',
  captures: [],
  refunds: [],
});

const added = (
  known: readonly string[],
  all: Readonly<Record<string, Amount>>,
): (readonly [string, bigint])[] =>
  Object.entries(all)
    .filter(([id]) => !known.includes(id))
    .map(([id, amount]) => [id, toUnits(amount)] as const);

/** Money that came back without an id of its own: what waited on the hold for a delivery that never came. */
function undelivered(seen: OrderSeen, hold: Hold): bigint {
  const named = added(seen.refunds, hold.refunds).reduce((sum, [, units]) => sum + units, 0n);
  return toUnits(hold.refunded) - toUnits(seen.refunded) - named;
}

const unlessNothing = (units: bigint, make: () => Movement): Movement[] =>
  units === 0n ? [] : [make()];

function movementsAfterHold(about: About, seen: OrderSeen, hold: Hold): Movement[] {
  const returned = toUnits(hold.voided) - toUnits(seen.voided);
  const unwound = undelivered(seen, hold);
  return [
    ...added(seen.captures, hold.captures).map(([reference, units]) =>
      movement('capture', { ...about, reference }, { held: -units }),
    ),
    ...unlessNothing(returned, () =>
      movement('returned', about, { held: -returned, available: returned }),
    ),
    ...added(seen.refunds, hold.refunds).map(([reference, units]) =>
      movement('refund', { ...about, reference }, { available: units }),
    ),
    ...unlessNothing(unwound, () => movement('undelivered', about, { available: unwound })),
  ];
}

/**
 * @param before null for an order whose money was not seen before
 * @param from where the money was before it was held: a voucher pays an order out of a reserve
 */
export function movementsOfOrder(
  about: About,
  before: OrderSeen | null,
  hold: Hold,
  from: 'available' | 'reserved',
): Movement[] {
  if (before !== null) return movementsAfterHold(about, before, hold);
  const units = toUnits(hold.authorised);
  return [
    movement('hold', about, { [from]: -units, held: units }),
    ...movementsAfterHold(about, justHeld(hold), hold),
  ];
}

/** What of a reserve's row decides its movements. */
export type ReserveSeen = Pick<RowValue<'reserve'>, 'funded' | 'returned'>;

const deviceOf = ({ deviceId, epoch }: RowValue<'reserve'>): string => `${deviceId}/${epoch}`;

/** Between account and reserve. What vouchers paid stands in batches. */
export function movementsOfReserve(
  before: ReserveSeen | null,
  reserve: RowValue<'reserve'>,
): Movement[] {
  const { customerId, currency } = reserve;
  const about = { customerId, currency, reference: deviceOf(reserve) };
  const funded = toUnits(reserve.funded) - toUnits(before?.funded ?? '0');
  const returned = toUnits(reserve.returned) - toUnits(before?.returned ?? '0');
  return [
    ...unlessNothing(funded, () =>
      movement('reserveFunded', about, { available: -funded, reserved: funded }),
    ),
    ...unlessNothing(returned, () =>
      movement('reserveReturned', about, { available: returned, reserved: -returned }),
    ),
  ];
}

/** The voucher of an order to deliver is settled alone, under an id that begins so; its money goes to the order's hold. */
const OF_DELIVERY = '~';

export function movementsOfBatch(batch: SettlementBatchRow): Movement[] {
  const { merchantId, currency, batchId } = batch;
  if (batchId.startsWith(OF_DELIVERY)) return [];
  return batch.settled.flatMap(({ customerId, deviceId, epoch, vouchers }) =>
    vouchers.map(([orderNumber, , amount]) =>
      movement(
        'offlinePayment',
        {
          customerId,
          currency,
          order: { merchantId, orderNumber },
          reference: `${deviceId}/${epoch}`,
        },
        { reserved: -toUnits(amount) },
      ),
    ),
  );
}
