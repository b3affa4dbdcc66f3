// SPDX-License-Identifier: Apache-2.0
// The merchant's node beside a running network.
import { join } from 'node:path';
import { type MerchantConfigInput, merchantProgram } from '@fabric-offline-pay/merchant-node';
import {
  folderOf,
  identityOf,
  ledgerSettings,
  type NodePlace,
  readyFileOf,
  startNodeService,
} from './node-service.js';

export const MERCHANT_NODE: NodePlace = {
  name: 'merchant-node',
  role: 'merchant',
  folder: 'merchant',
};

/** It follows the orders of all merchants of the organisation, and writes for the one that its certificate names. */
export const startMerchantService = (home: string): Promise<void> =>
  startNodeService(
    home,
    MERCHANT_NODE,
    merchantProgram,
    ({ organisation, description, tls }): MerchantConfigInput => ({
      databaseFolder: join(folderOf(home, MERCHANT_NODE), 'database'),
      keyFile: join(folderOf(home, MERCHANT_NODE), 'secrets.key'),
      readyFile: readyFileOf(home, MERCHANT_NODE),
      tls,
      logLevel: 'warn',
      ledger: ledgerSettings(organisation, description, {
        cashier: identityOf(organisation, 'cashier'),
      }),
    }),
  );
