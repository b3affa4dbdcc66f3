// SPDX-License-Identifier: Apache-2.0
// The process of the merchant's node: `node main.js <configuration file>`. SIGTERM or SIGINT ends it.
import { runNode } from '@fabric-offline-pay/node-common/node';
import { readConfig } from './config.js';
import { merchantSettingFiles } from './setting-files.js';
import { merchantNode } from './start-merchant.js';

runNode({
  name: 'merchant',
  variable: 'OFFPAY_MERCHANT_CONFIG',
  readConfig,
  files: merchantSettingFiles,
  node: (config, { ledger, logger, onEnd }) => {
    const connection = ledger.as('cashier');
    return merchantNode(config, {
      ...{ client: connection.client, blocks: connection, logger, onEnd },
      clientOf: (merchantId) => {
        const identity = config.merchants[merchantId];
        return identity && ledger.with(identity).client;
      },
    });
  },
});
