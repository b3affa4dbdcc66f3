// SPDX-License-Identifier: Apache-2.0
// The process of the bank's node: `node main.js <configuration file>`. SIGTERM or SIGINT ends it.
import { runNode } from '@fabric-offline-pay/node-common/node';
import { readConfig } from './config.js';
import { startBank } from './start-bank.js';

runNode({
  name: 'bank',
  variable: 'OFFPAY_BANK_CONFIG',
  readConfig,
  start: (config, { ledger, logger, onEnd }) => {
    const connection = ledger.as('auth-service');
    const { identities } = config.ledger;
    const as = (role: 'teller' | 'bank-node') =>
      identities[role] === undefined ? undefined : ledger.as(role).client;
    return startBank(config, {
      ledger: connection.client.identity,
      teller: as('teller'),
      bankNode: as('bank-node'),
      blocks: connection,
      logger,
      onEnd,
    });
  },
});
