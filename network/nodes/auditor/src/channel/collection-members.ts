// SPDX-License-Identifier: Apache-2.0
// Whose peers keep the rows of a private collection, and whose clients count as its members.
import { common, msp } from '@hyperledger/fabric-protos';
import type { CollectionDefinition } from './definitions.js';

const { ROLE } = msp.MSPPrincipal.Classification;

/** What cannot be read names nobody. */
function mspIdOf(principal: msp.MSPPrincipal): string[] {
  if (principal.getPrincipalClassification() !== ROLE) return [];
  try {
    return [msp.MSPRole.deserializeBinary(principal.getPrincipal_asU8()).getMspIdentifier()];
  } catch {
    return [];
  }
}

/** @returns the MSP ids that a collection's policy names */
export function membersOf({ memberPolicy }: CollectionDefinition): string[] {
  if (memberPolicy === undefined) return [];
  const policy = common.SignaturePolicyEnvelope.deserializeBinary(memberPolicy);
  return policy.getIdentitiesList().flatMap(mspIdOf);
}
