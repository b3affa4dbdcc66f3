// SPDX-License-Identifier: Apache-2.0
// Starts the services of a home again that ran before its network went down.
import { rememberedServices } from '@fabric-offline-pay/operate';
import { AUDITOR_NODE, startAuditorService } from './auditor-service.js';
import { BANK_SERVICE, readBankOptions, startBankService } from './bank-service.js';
import { LOGISTICS_NODE, startLogisticsService } from './logistics-service.js';
import { MERCHANT_NODE, startMerchantService } from './merchant-service.js';
import { STAND_INS, startStandIns } from './stand-ins-service.js';
import { BULLETIN_SERVICE, startBulletinService } from './bulletin-service.js';

const STARTS: Readonly<Record<string, (home: string) => Promise<void>>> = {
  [STAND_INS]: startStandIns,
  [BANK_SERVICE]: (home) => startBankService(home, readBankOptions(home) ?? {}),
  [BULLETIN_SERVICE]: startBulletinService,
  [MERCHANT_NODE.name]: startMerchantService,
  [LOGISTICS_NODE.name]: startLogisticsService,
  [AUDITOR_NODE.name]: startAuditorService,
};

/**
 * Leaves alone what runs already.
 * @param home of a running network, with a registry
 * @throws NetworkError `NETWORK_NOT_UP` | `NODE_FAILED` | `DEADLINE_PASSED`
 */
export async function restartServices(
  home: string,
  onStart: (name: string) => void,
): Promise<void> {
  for (const { name } of rememberedServices(home)) {
    const start = STARTS[name];
    if (start === undefined) continue;
    onStart(name);
    await start(home);
  }
}
