// SPDX-License-Identifier: Apache-2.0
// Where a customer's money is that it cannot spend online: held for orders, set aside for devices; and its devices.
import { ledgerHeight, type LedgerHeight } from '@fabric-offline-pay/node-common/node';
import { addAmounts, subtractAmounts } from '@fabric-offline-pay/domain';
import type { BankDatabase } from '../database/schema.js';

/** Money held for an order that can still be captured. Amounts in minor units, instants in milliseconds since 1970. */
export interface OpenHold {
  readonly merchantId: string;
  readonly orderNumber: string;
  readonly currency: string;
  readonly authorised: string;
  readonly captured: string;
  /** What can still be captured. */
  readonly open: string;
  readonly placedAt: number;
  readonly expiresAt: number;
}

/** Money set aside for a device and epoch. */
export interface HeldReserve {
  readonly deviceId: string;
  readonly epoch: number;
  readonly currency: string;
  readonly funded: string;
  readonly settled: string;
  readonly returned: string;
  /** What is still in it; vouchers that no merchant settled yet are not subtracted, because only devices know them. */
  readonly rest: string;
  readonly perPayment: string;
  readonly status: string;
  readonly spendUntil: number;
  readonly claimUntil: number;
}

export interface KnownDevice {
  readonly deviceId: string;
  readonly status: string;
  readonly registeredAt: number;
}

/** Rows, and the height of the ledger that they were read at. */
export interface AtHeight<Row> {
  readonly rows: readonly Row[];
  readonly height: LedgerHeight;
}

const atHeight = <Row>(
  db: BankDatabase,
  read: (snapshot: BankDatabase) => Promise<readonly Row[]>,
): Promise<AtHeight<Row>> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (snapshot) => ({
      rows: await read(snapshot),
      height: await ledgerHeight(snapshot),
    }));

async function readHolds(db: BankDatabase, customerId: string): Promise<OpenHold[]> {
  const rows = await db
    .selectFrom('account_orders')
    .selectAll()
    .where('customer_id', '=', customerId)
    .where('is_open', '=', true)
    .orderBy('placed_at')
    .orderBy('merchant_id')
    .orderBy('order_number')
    .execute();
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    orderNumber: row.order_number,
    currency: row.currency,
    authorised: row.authorised,
    captured: row.captured,
    open: subtractAmounts(row.authorised, addAmounts(row.captured, row.voided)),
    placedAt: row.placed_at,
    expiresAt: row.expires_at,
  }));
}

async function readReserves(db: BankDatabase, customerId: string): Promise<HeldReserve[]> {
  const rows = await db
    .selectFrom('account_reserves')
    .selectAll()
    .where('customer_id', '=', customerId)
    .orderBy('device_id')
    .orderBy('epoch')
    .execute();
  return rows.map((row) => ({
    deviceId: row.device_id,
    epoch: row.epoch,
    currency: row.currency,
    funded: row.funded,
    settled: row.settled,
    returned: row.returned,
    rest: subtractAmounts(row.funded, addAmounts(row.settled, row.returned)),
    perPayment: row.per_payment,
    status: row.status,
    spendUntil: row.spend_until,
    claimUntil: row.claim_until,
  }));
}

async function readDevices(db: BankDatabase, customerId: string): Promise<KnownDevice[]> {
  const rows = await db
    .selectFrom('account_devices')
    .selectAll()
    .where('customer_id', '=', customerId)
    .orderBy('device_id')
    .execute();
  return rows.map((row) => ({
    deviceId: row.device_id,
    status: row.status,
    registeredAt: row.registered_at,
  }));
}

/** @returns the customer's holds that are not captured or given back, the oldest first */
export const openHolds = (db: BankDatabase, customerId: string): Promise<AtHeight<OpenHold>> =>
  atHeight(db, (snapshot) => readHolds(snapshot, customerId));

/** @returns all reserves of the customer's devices, closed ones too */
export const reserves = (db: BankDatabase, customerId: string): Promise<AtHeight<HeldReserve>> =>
  atHeight(db, (snapshot) => readReserves(snapshot, customerId));

/** @returns the customer's devices on the ledger */
export const devices = (db: BankDatabase, customerId: string): Promise<AtHeight<KnownDevice>> =>
  atHeight(db, (snapshot) => readDevices(snapshot, customerId));
