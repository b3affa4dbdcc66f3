// SPDX-License-Identifier: Apache-2.0
// Arguments that tell the peer program which orderer to use.
import { NetworkError } from '@fabric-offline-pay/node-common';
import type { NetworkPlan, OrdererPlan, OrganisationPlan } from '../topology/network-plan.js';
import { authorityRoot } from '../topology/organisation-files.js';

/** Arguments for one orderer. */
export function ordererAddress(organisation: OrganisationPlan, orderer: OrdererPlan): string[] {
  const address = ['--orderer', `${orderer.host}:${orderer.port}`, '--tls'];
  return [...address, '--cafile', authorityRoot(organisation.folder, 'tlsca')];
}

/** Arguments for the plan's first orderer, which passes transactions on to the leader. */
export function ordererArguments(plan: NetworkPlan): string[] {
  const [first] = plan.organisations.flatMap((organisation) =>
    organisation.orderers.map((orderer) => ordererAddress(organisation, orderer)),
  );
  if (first === undefined) {
    throw new NetworkError('INVALID_TOPOLOGY', 'No organisation runs an orderer');
  }
  return first;
}
