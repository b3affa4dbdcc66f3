// SPDX-License-Identifier: Apache-2.0
// The logistics company's node beside a running network.
import { join } from 'node:path';
import { type LogisticsConfigInput, logisticsProgram } from '@fabric-offline-pay/logistics-node';
import {
  folderOf,
  identityOf,
  ledgerSettings,
  type NodePlace,
  readyFileOf,
  startNodeService,
} from './node-service.js';

export const LOGISTICS_NODE: NodePlace = {
  name: 'logistics-node',
  role: 'logistics',
  folder: 'logistics',
};

export const startLogisticsService = (home: string): Promise<void> =>
  startNodeService(
    home,
    LOGISTICS_NODE,
    logisticsProgram,
    ({ organisation, description, tls }): LogisticsConfigInput => ({
      databaseFolder: join(folderOf(home, LOGISTICS_NODE), 'database'),
      readyFile: readyFileOf(home, LOGISTICS_NODE),
      tls,
      logLevel: 'warn',
      ledger: ledgerSettings(organisation, description, {
        dispatcher: identityOf(organisation, 'dispatcher'),
      }),
    }),
  );
