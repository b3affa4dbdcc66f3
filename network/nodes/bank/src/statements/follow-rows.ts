// SPDX-License-Identifier: Apache-2.0
// One row after the other: compares it with what the tables have of it, keeps it, and says what moved.
import {
  beginningOf,
  isPlaced,
  OFFLINE_LOGIN,
  toUnits,
  type Debt,
  type Hold,
  type OrderKey,
  type RowKind,
} from '@fabric-offline-pay/domain';
import type { RowChange } from '@fabric-offline-pay/sdk';
import type { AccountRows } from './account-rows.js';
import {
  movement,
  movementsOfBatch,
  movementsOfOrder,
  movementsOfReserve,
  movementsOfSupply,
  type Movement,
  type OrderSeen,
} from './movements.js';

type Change<Kind extends RowKind> = Extract<RowChange, { readonly kind: Kind }>;

/** Where and when a row changed. */
export interface Occasion {
  readonly bankId: string;
  /** Milliseconds. */
  readonly at: number;
}

type Follow<Kind extends RowKind> = (
  rows: AccountRows,
  change: Change<Kind>,
  occasion: Occasion,
) => Promise<Movement[]>;

const MS = 1000;

const followSupply: Follow<'supply'> = (_, { row, parts }, { bankId }) =>
  Promise.resolve(
    row === null || parts[0] !== bankId ? [] : movementsOfSupply(row, parts[3] ?? ''),
  );

const columnsOf = ({ merchantId, orderNumber }: OrderKey) => ({
  merchant_id: merchantId,
  order_number: orderNumber,
});

async function readSeen({ orders }: AccountRows, order: OrderKey): Promise<OrderSeen | null> {
  const row = await orders.get(columnsOf(order));
  if (row === undefined) return null;
  return {
    ...row,
    captures: JSON.parse(row.captures) as string[],
    refunds: JSON.parse(row.refunds) as string[],
  };
}

interface Owned extends OrderKey {
  readonly customerId: string;
}

const seenColumns = (hold: Hold) => ({
  captured: hold.captured,
  voided: hold.voided,
  refunded: hold.refunded,
  captures: JSON.stringify(Object.keys(hold.captures)),
  refunds: JSON.stringify(Object.keys(hold.refunds)),
  is_open: toUnits(hold.authorised) > toUnits(hold.captured) + toUnits(hold.voided),
  expires_at: hold.expiresAt * MS,
});

async function writeSeen(
  { orders }: AccountRows,
  order: Owned,
  hold: Hold,
  at: number,
): Promise<void> {
  const key = columnsOf(order);
  const placed = (await orders.get(key)) ?? {
    ...key,
    customer_id: order.customerId,
    currency: hold.currency,
    authorised: hold.authorised,
    placed_at: at,
  };
  orders.put({ ...placed, ...seenColumns(hold) });
}

async function followHold(
  rows: AccountRows,
  order: Owned,
  hold: Hold,
  at: number,
  from: 'available' | 'reserved' = 'available',
): Promise<Movement[]> {
  const { customerId, merchantId, orderNumber } = order;
  const about = { customerId, currency: hold.currency, order: { merchantId, orderNumber } };
  const moved = movementsOfOrder(about, await readSeen(rows, order), hold, from);
  await writeSeen(rows, order, hold, at);
  return moved;
}

/** The terms of an express order hold its total until the order has a row of its own. */
const followTerms: Follow<'terms'> = async (rows, { row }, { bankId, at }) => {
  if (row === null || !isPlaced(row) || row.release === null || row.bankId !== bankId) return [];
  const order = beginningOf(row);
  if (order.hold === null || (await readSeen(rows, order)) !== null) return [];
  const from = row.terms.loginId === OFFLINE_LOGIN ? 'reserved' : 'available';
  return followHold(rows, order, order.hold, at, from);
};

const followOrder: Follow<'order'> = async (rows, { row }, { bankId, at }) =>
  row === null || row.hold === null || row.bankId !== bankId
    ? []
    : followHold(rows, row, row.hold, at);

const followReserve: Follow<'reserve'> = async ({ db }, { row }, { bankId }) => {
  if (row === null || row.bankId !== bankId) return [];
  const key = { customer_id: row.customerId, device_id: row.deviceId, epoch: row.epoch };
  const before = await db
    .selectFrom('account_reserves')
    .select(['funded', 'returned'])
    .where((eb) => eb.and(key))
    .executeTakeFirst();
  const seen = {
    funded: row.funded,
    settled: row.settled,
    returned: row.returned,
    per_payment: row.perPayment,
    status: row.status,
    spend_until: row.spendUntil * MS,
    claim_until: row.claimUntil * MS,
  };
  await db
    .insertInto('account_reserves')
    .values({ ...key, currency: row.currency, ...seen })
    .onConflict((conflict) =>
      conflict.columns(['customer_id', 'device_id', 'epoch']).doUpdateSet(seen),
    )
    .execute();
  return movementsOfReserve(before ?? null, row);
};

const followBatch: Follow<'batch'> = (_, { row }) =>
  Promise.resolve(row === null ? [] : movementsOfBatch(row));

const followRefund: Follow<'offlineRefund'> = async ({ db }, { row, parts }) => {
  if (row === null) return [];
  const { customerId, currency, merchantId, orderNumber, refunded } = row;
  const voucher = parts.join('/');
  const before = await db
    .selectFrom('account_refunds')
    .select('refunded')
    .where('voucher', '=', voucher)
    .executeTakeFirst();
  await db
    .insertInto('account_refunds')
    .values({ voucher, customer_id: customerId, refunded })
    .onConflict((conflict) => conflict.column('voucher').doUpdateSet({ refunded }))
    .execute();
  const available = toUnits(refunded) - toUnits(before?.refunded ?? '0');
  const about = { customerId, currency, order: { merchantId, orderNumber }, reference: voucher };
  return [movement('offlineRefund', about, { available })];
};

/** A debt that grew was taken from what a decision gave the customer; one that shrank was paid, by the payee or its bank. */
function movementOfDebt(debt: Debt, currency: string, grown: bigint): Movement[] {
  if (grown === 0n) return [];
  const { customerId, merchantId, orderNumber } = debt;
  const about = { customerId, currency, order: { merchantId, orderNumber } };
  return [movement(grown > 0n ? 'owedByPayee' : 'paidByPayee', about, { available: -grown })];
}

const followCheckpoint: Follow<'checkpoint'> = async ({ db }, { row }) => {
  if (row === null) return [];
  const { payeeId, currency, debts } = row;
  const before = await db
    .selectFrom('account_debts')
    .selectAll()
    .where('merchant_id', '=', payeeId)
    .where('currency', '=', currency)
    .orderBy('order_number')
    .execute();
  if (before.length === 0 && debts.length === 0) return [];
  await db
    .deleteFrom('account_debts')
    .where('merchant_id', '=', payeeId)
    .where('currency', '=', currency)
    .execute();
  if (debts.length > 0)
    await db
      .insertInto('account_debts')
      .values(
        debts.map((debt) => ({
          merchant_id: payeeId,
          currency,
          order_number: debt.orderNumber,
          customer_id: debt.customerId,
          amount: debt.amount,
        })),
      )
      .execute();
  const known = new Map(before.map((debt) => [debt.order_number, toUnits(debt.amount)]));
  const grown = debts.flatMap((debt) =>
    movementOfDebt(debt, currency, toUnits(debt.amount) - (known.get(debt.orderNumber) ?? 0n)),
  );
  const standing = new Set(debts.map(({ orderNumber }) => orderNumber));
  const paid = before
    .filter((debt) => !standing.has(debt.order_number))
    .flatMap((debt) =>
      movementOfDebt(
        {
          merchantId: payeeId,
          orderNumber: debt.order_number,
          customerId: debt.customer_id,
          amount: debt.amount,
          since: 0,
        },
        currency,
        -toUnits(debt.amount),
      ),
    );
  return [...grown, ...paid];
};

/** In the order in which a transaction's movements become entries. */
const FOLLOWED: { readonly [Kind in RowKind]?: Follow<Kind> } = {
  supply: followSupply,
  reserve: followReserve,
  terms: followTerms,
  order: followOrder,
  batch: followBatch,
  offlineRefund: followRefund,
  checkpoint: followCheckpoint,
};

/** @returns what the rows of one transaction moved, of this bank's customers and of others */
export async function movementsOf(
  rows: AccountRows,
  changes: readonly RowChange[],
  occasion: Occasion,
): Promise<Movement[]> {
  const moved: Movement[] = [];
  for (const [kind, follow] of Object.entries(FOLLOWED))
    for (const change of changes)
      if (change.kind === kind)
        moved.push(...(await (follow as Follow<RowKind>)(rows, change, occasion)));
  return moved;
}
