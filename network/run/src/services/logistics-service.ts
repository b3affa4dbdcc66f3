// SPDX-License-Identifier: Apache-2.0
// The logistics company's node beside a running network.
import { nodeClient } from '@fabric-offline-pay/node-common/client';
import {
  LOGISTICS_OPERATIONS,
  type LogisticsClient,
  type LogisticsConfigInput,
  logisticsProgram,
} from '@fabric-offline-pay/logistics-node';
import {
  type CertificatePaths,
  identityOf,
  nodeAccess,
  type NodePlace,
  nodeSettings,
  startNodeService,
} from './node-service.js';

export const LOGISTICS_NODE: NodePlace = {
  name: 'logistics-node',
  role: 'logistics',
  folder: 'logistics',
};

export const startLogisticsService = (home: string): Promise<void> =>
  startNodeService(home, LOGISTICS_NODE, logisticsProgram, (parts): LogisticsConfigInput =>
    nodeSettings(home, LOGISTICS_NODE, parts, {
      dispatcher: identityOf(parts.organisation, 'dispatcher'),
    }),
  );

/** @returns a client of the running node, with this certificate. @throws NetworkError `NETWORK_NOT_UP` */
export const logisticsClientWith = (home: string, files: CertificatePaths): LogisticsClient =>
  nodeClient(LOGISTICS_OPERATIONS, nodeAccess(home, LOGISTICS_NODE, files));
