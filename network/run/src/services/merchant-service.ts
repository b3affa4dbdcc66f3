// SPDX-License-Identifier: Apache-2.0
// The merchant's node beside a running network.
import { join } from 'node:path';
import { nodeClient } from '@fabric-offline-pay/node-common/client';
import {
  MERCHANT_OPERATIONS,
  type MerchantClient,
  type MerchantConfigInput,
  merchantProgram,
} from '@fabric-offline-pay/merchant-node';
import {
  cashierOf,
  enrolIdentities,
  type IdentityDescription,
  type OrganisationDescription,
  organisationWithRole,
  readDescription,
} from '@fabric-offline-pay/operate';
import { auditorSettings } from './auditor-settings.js';
import {
  type CertificatePaths,
  folderOf,
  identityOf,
  nodeAccess,
  type NodePlace,
  nodeSettings,
  startNodeService,
} from './node-service.js';

export const MERCHANT_NODE: NodePlace = {
  name: 'merchant-node',
  role: 'merchant',
  folder: 'merchant',
};

/** The cashiers of the organisation's merchants, by merchant. */
const cashiersOf = ({
  identities,
  actor,
}: OrganisationDescription): [string, IdentityDescription][] =>
  identities
    .filter((identity) => identity.role === 'cashier' && identity.actor !== actor)
    .map((identity) => [identity.actor, identity]);

/**
 * Starts the organisation's node. It follows the orders of all its merchants, and writes for those whose cashiers have certificates.
 * @param merchantIds who gets a certificate now, if it has none
 */
export async function startMerchantService(
  home: string,
  merchantIds: readonly string[] = [],
): Promise<void> {
  const { id, actor } = organisationWithRole(readDescription(home), 'merchant');
  const auditor = await auditorSettings(home, actor);
  if (merchantIds.length > 0) await enrolIdentities(home, id, merchantIds.map(cashierOf));
  await startNodeService(home, MERCHANT_NODE, merchantProgram, (parts): MerchantConfigInput => {
    const { organisation } = parts;
    const merchants = cashiersOf(organisation).map(
      ([merchantId, { certPath, keyPath }]) =>
        [merchantId, { certificate: certPath, privateKey: keyPath }] as const,
    );
    return {
      ...nodeSettings(home, MERCHANT_NODE, parts, { cashier: identityOf(organisation, 'cashier') }),
      merchants: Object.fromEntries(merchants),
      keyFile: join(folderOf(home, MERCHANT_NODE), 'secrets.key'),
      ...(auditor !== undefined && { auditor }),
    };
  });
}

/** @returns a client of the running node, with this certificate. @throws NetworkError `NETWORK_NOT_UP` */
export const merchantClientWith = (home: string, files: CertificatePaths): MerchantClient =>
  nodeClient(MERCHANT_OPERATIONS, nodeAccess(home, MERCHANT_NODE, files));
