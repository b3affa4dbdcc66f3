// SPDX-License-Identifier: Apache-2.0
// The couriers of a logistics company on the ledger.
import { withCouriers, type Courier, type FleetRow } from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';

/** The fleet of a company. It is empty while the company has registered nobody. */
export const fleetOf = async (call: Call, logisticsId: string): Promise<FleetRow> =>
  (await call.store.get('fleet', logisticsId)) ?? { logisticsId, couriers: [] };

/** Writes a courier's rating and conduct. */
export const putCourier = (call: Call, fleet: FleetRow, courier: Courier): void =>
  call.store.put('fleet', withCouriers(fleet, [courier]));
