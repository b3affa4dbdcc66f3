// SPDX-License-Identifier: Apache-2.0
// Writes the chaincode's private data collections in the form of Fabric's lifecycle.
import { renderMembership, renderPolicy } from './policies.js';
import type { Topology } from './topology.js';

/** One entry of Fabric's collections configuration. */
export interface CollectionConfig {
  readonly name: string;
  readonly policy: string;
  readonly requiredPeerCount: number;
  readonly maxPeerCount: number;
  readonly blockToLive: number;
  readonly memberOnlyRead: true;
  readonly memberOnlyWrite: true;
  readonly endorsementPolicy: { readonly signaturePolicy: string };
}

/** All collections of the topology's chaincode. Clients of other organisations may not read or write them. */
export function collectionConfigs(topology: Topology): CollectionConfig[] {
  return topology.chaincode.collections.map((collection) => ({
    name: collection.name,
    policy: renderMembership(collection.members, topology.organisations),
    requiredPeerCount: collection.requiredPeerCount,
    maxPeerCount: collection.maxPeerCount,
    blockToLive: collection.blockToLive,
    memberOnlyRead: true,
    memberOnlyWrite: true,
    endorsementPolicy: {
      signaturePolicy: renderPolicy(collection.endorsement, topology.organisations),
    },
  }));
}
