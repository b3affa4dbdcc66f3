// SPDX-License-Identifier: Apache-2.0
// The logistics company's node beside a running network.
import { type LogisticsConfigInput, logisticsProgram } from '@fabric-offline-pay/logistics-node';
import { identityOf, type NodePlace, nodeSettings, startNodeService } from './node-service.js';

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
