// SPDX-License-Identifier: Apache-2.0
// Starts the organisations' nodes beside a running network, each with the others.
import { placeAuditor, startAuditorService } from './auditor-service.js';
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
 * @param bank default: with hosts and message centre that stand in for the outside world
 * @throws NetworkError `NETWORK_NOT_UP` | `NODE_FAILED` | `DEADLINE_PASSED`
 */
export async function startNodes(
  home: string,
  { merchantIds, courierIds }: NodeCallers,
  bank: BankServiceOptions = { hasStandIns: true },
): Promise<void> {
  await placeAuditor(home);
  await Promise.all([
    startBankService(home, bank),
    startMerchantService(home, merchantIds),
    startLogisticsService(home, courierIds),
    startAuditorService(home),
  ]);
}
