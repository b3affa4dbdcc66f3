// SPDX-License-Identifier: Apache-2.0
// Starts the organisations' nodes beside a running network, each with the others.
import { type BankServiceOptions, startBankService } from './bank-service.js';
import { startLogisticsService } from './logistics-service.js';
import { startMerchantService } from './merchant-service.js';

/** Who calls the nodes in a run. */
export interface NodeCallers {
  /** The merchants that the merchants' node has to write for. */
  readonly merchantIds: readonly string[];
  readonly courierIds: readonly string[];
}

/**
 * Leaves running what runs unchanged.
 * @throws NetworkError `NETWORK_NOT_UP` | `NODE_FAILED` | `DEADLINE_PASSED`
 */
export async function startNodes(
  home: string,
  bank: BankServiceOptions,
  { merchantIds, courierIds }: NodeCallers,
): Promise<void> {
  await Promise.all([
    startBankService(home, bank),
    startMerchantService(home, merchantIds),
    startLogisticsService(home, courierIds),
  ]);
}
