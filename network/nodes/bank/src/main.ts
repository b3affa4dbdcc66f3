// SPDX-License-Identifier: Apache-2.0
// The process of the bank's node: `node main.js <configuration file>`. SIGTERM or SIGINT ends it.
import { runNode } from '@fabric-offline-pay/node-common/node';
import { readConfig } from './config.js';
import { bankSettingFiles } from './setting-files.js';
import { bankNode } from './start-bank.js';

runNode({
  name: 'bank',
  variable: 'OFFPAY_BANK_CONFIG',
  readConfig,
  files: bankSettingFiles,
  node: (config, { ledger, logger, onEnd }) => {
    const connection = ledger.as('auth-service');
    const { identities } = config.ledger;
    const height = () => connection.height();
    const isAble = identities.teller !== undefined && identities['bank-node'] !== undefined;
    return bankNode(config, {
      ledger: connection.client.identity,
      clients: isAble
        ? {
            teller: ledger.as('teller').client,
            bankNode: ledger.as('bank-node').client,
            height,
          }
        : undefined,
      ...{ blocks: connection, height },
      logger,
      onEnd,
    });
  },
});
