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
  enrolIdentities,
  organisationWithRole,
  readDescription,
} from '@fabric-offline-pay/operate';
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

/** The certificate of a courier: the node knows it by its name. @param logisticsId its company */
export const courierOf = (courierId: string, logisticsId: string) => ({
  name: courierId,
  role: 'courier',
  actor: logisticsId,
});

/** @param courierIds who gets a certificate now, if it has none */
export async function startLogisticsService(
  home: string,
  courierIds: readonly string[] = [],
): Promise<void> {
  const { id, actor } = organisationWithRole(readDescription(home), 'logistics');
  const couriers = courierIds.map((courierId) => courierOf(courierId, actor));
  if (couriers.length > 0) await enrolIdentities(home, id, couriers);
  await startNodeService(home, LOGISTICS_NODE, logisticsProgram, (parts): LogisticsConfigInput =>
    nodeSettings(home, LOGISTICS_NODE, parts, {
      dispatcher: identityOf(parts.organisation, 'dispatcher'),
    }),
  );
}

/** @returns a client of the running node, with this certificate. @throws NetworkError `NETWORK_NOT_UP` */
export const logisticsClientWith = (home: string, files: CertificatePaths): LogisticsClient =>
  nodeClient(LOGISTICS_OPERATIONS, nodeAccess(home, LOGISTICS_NODE, files));
