// SPDX-License-Identifier: Apache-2.0
// What counts against merchants and couriers. It is in the rows that every payment reads anyway, and is written there
// directly: decisions on alarms and debts are too rare to cause conflicts.
import {
  courierOf,
  withMisconduct,
  type Misconduct,
  type OrderKey,
  type Standards,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { fleetOf, putCourier } from './fleet.js';
import { merchantRow, policyRow, termsRow } from './rows.js';

/** The rules for judging goods, merchants and couriers at the time of the call. */
export async function standardsOf(call: Call): Promise<Standards> {
  const { ratings, conduct } = await policyRow(call);
  return { now: call.now, ratings, conduct };
}

/** @throws {DomainError} MERCHANT_UNKNOWN. */
export async function countAgainstMerchant(
  call: Call,
  merchantId: string,
  kind: Misconduct,
): Promise<void> {
  const merchant = await merchantRow(call, merchantId);
  const conduct = withMisconduct(merchant.conduct, kind, await standardsOf(call));
  call.store.put('merchant', { ...merchant, conduct });
}

/** The logistics company states what its courier carries, so a mismatch counts against the courier that the customer chose. */
export async function countAgainstCourier(
  call: Call,
  order: OrderKey,
  kind: Misconduct,
): Promise<void> {
  const { logisticsId, courierId } = (await termsRow(call, order)).terms;
  const fleet = await fleetOf(call, logisticsId);
  const courier = courierOf(fleet, courierId);
  const conduct = withMisconduct(courier.conduct, kind, await standardsOf(call));
  putCourier(call, fleet, { ...courier, conduct });
}
