// SPDX-License-Identifier: Apache-2.0
// The process of the logistics company's node: `node main.js <configuration file>`. SIGTERM or SIGINT ends it.
import { runNode } from '@fabric-offline-pay/node-common/node';
import { readConfig } from './config.js';
import { logisticsSettingFiles } from './setting-files.js';
import { logisticsNode } from './start-logistics.js';

runNode({
  name: 'logistics',
  variable: 'OFFPAY_LOGISTICS_CONFIG',
  readConfig,
  files: logisticsSettingFiles,
  node: (config, { ledger, logger, onEnd }) => {
    const connection = ledger.as('dispatcher');
    return logisticsNode(config, {
      ledger: connection.client,
      blocks: connection,
      logger,
      onEnd,
    });
  },
});
