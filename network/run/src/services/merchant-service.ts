// SPDX-License-Identifier: Apache-2.0
// The merchant's node beside a running network.
import { join } from 'node:path';
import { type MerchantConfigInput, merchantProgram } from '@fabric-offline-pay/merchant-node';
import {
  folderOf,
  identityOf,
  type NodePlace,
  nodeSettings,
  startNodeService,
} from './node-service.js';

export const MERCHANT_NODE: NodePlace = {
  name: 'merchant-node',
  role: 'merchant',
  folder: 'merchant',
};

/** It follows the orders of all merchants of the organisation, and writes for the one that its certificate names. */
export const startMerchantService = (home: string): Promise<void> =>
  startNodeService(home, MERCHANT_NODE, merchantProgram, (parts): MerchantConfigInput => ({
    ...nodeSettings(home, MERCHANT_NODE, parts, {
      cashier: identityOf(parts.organisation, 'cashier'),
    }),
    keyFile: join(folderOf(home, MERCHANT_NODE), 'secrets.key'),
  }));
